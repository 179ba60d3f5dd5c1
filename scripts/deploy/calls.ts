/** What is asked of each function once it has booted, and what it must answer. Rules give problems, a line each. */
import {
  callTimeoutMs,
  expectCors,
  expectProblem,
  expectResult,
  expectStatus,
  expectWords,
  fetchIn,
  getWith,
  jsonOf,
  sendFile,
} from './expect.ts'
import type { Isolate } from './isolate.ts'
import type { Project } from './project.ts'

export interface Call {
  readonly what: string
  readonly run: () => Promise<string[]>
}

export interface Sample {
  readonly name: string
  readonly mimeType: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly text: string
}

export interface CallContext {
  readonly project: Project
  readonly userToken: string
  readonly publishableKey: string
  readonly workerToken: string
  readonly metricsToken: string
  /** One PDF, one DOCX, one DOC. */
  readonly samples: readonly Sample[]
}

/** What every function owes a browser and a caller that is wrong. */
export function commonCalls({ url }: Isolate): Call[] {
  return [
    {
      what: 'preflight → 204 with CORS',
      async run() {
        const response = await fetchIn(url, {
          method: 'OPTIONS',
          headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
        })
        const allowed = response.headers.get('access-control-allow-headers') ?? ''
        return [
          ...expectStatus(response, 204),
          ...expectCors(response),
          ...['authorization', 'apikey', 'content-type']
            .filter((name) => !allowed.includes(name))
            .map((name) => `The preflight does not allow the header ${name}`),
          ...(response.headers.has('access-control-allow-methods')
            ? []
            : ['No methods are allowed']),
        ]
      },
    },
    {
      what: 'another method → 405',
      run: async () =>
        await expectProblem(await fetchIn(url, { method: 'DELETE' }), 405, 'method_not_allowed'),
    },
  ]
}

/** The calls of a function by name; a function that is not listed fails the rehearsal. */
export const callsOf: Readonly<Record<string, (isolate: Isolate, context: CallContext) => Call[]>> =
  {
    health: ({ url }) => [
      {
        what: 'GET → 200, all three up',
        async run() {
          const response = await fetchIn(url)
          const body = await jsonOf(response)
          const up = body.database === true && body.storage === true && body.model === true
          return [
            ...expectStatus(response, 200),
            ...(up ? [] : [`It answered ${JSON.stringify(body)}`]),
            ...expectCors(response),
          ]
        },
      },
    ],

    metrics: ({ url }, { metricsToken, workerToken }) => [
      {
        what: 'no token, another machine’s token → 401',
        run: async () => [
          ...(await expectProblem(await fetchIn(url), 401, 'unauthorized')),
          ...(await expectProblem(await getWith(url, workerToken), 401, 'unauthorized')),
        ],
      },
      {
        what: 'its token → 200 with what the database counts',
        async run() {
          const response = await getWith(url, metricsToken)
          const text = await response.text()
          const wanted = ['reswave_suggestions_total 4', 'reswave_queue_depth{kind="ingest"} 2']
          return [
            ...expectStatus(response, 200, text.slice(0, 300)),
            ...wanted.filter((line) => !text.includes(`\n${line}\n`)).map((line) => `No ${line}`),
          ]
        },
      },
    ],

    extract: ({ url }, { workerToken, samples }) => [
      {
        what: 'no token → 401',
        run: async () =>
          await expectProblem(
            await fetchIn(url, { method: 'POST', body: 'x' }),
            401,
            'unauthorized',
          ),
      },
      ...samples.map((sample) => ({
        what: `${sample.name.slice(sample.name.lastIndexOf('.') + 1)} → 200 with its text`,
        async run() {
          const response = await sendFile(url, workerToken, sample)
          const body = await jsonOf(response)
          return [
            ...expectStatus(response, 200, body),
            ...expectWords(String(body.text ?? ''), sample.text),
          ]
        },
      })),
      {
        what: 'a damaged file → 422',
        async run() {
          const pdf = samples.find(({ mimeType }) => mimeType === 'application/pdf')
          if (pdf === undefined) return ['There is no PDF to damage']
          const damaged = { ...pdf, bytes: pdf.bytes.slice(0, 200) }
          return await expectProblem(await sendFile(url, workerToken, damaged), 422)
        },
      },
    ],

    delta: ({ url }, { workerToken, samples }) => [
      {
        what: 'no token → 401',
        run: async () =>
          await expectProblem(
            await fetchIn(`${url}/delta/encode`, { method: 'POST', body: 'x' }),
            401,
            'unauthorized',
          ),
      },
      {
        what: 'a file against one that is nearly the same → its delta, and the file again',
        async run() {
          const base = samples[0]?.bytes ?? new Uint8Array()
          const target = Uint8Array.from([...base, 1, 2, 3])
          const code = (operation: string, first: Uint8Array<ArrayBuffer>) =>
            fetchIn(`${url}/delta/${operation}`, {
              method: 'POST',
              body: new Blob([first, base]),
              headers: {
                authorization: `Bearer ${workerToken}`,
                'x-first-bytes': String(first.byteLength),
              },
            })
          const encoded = await code('encode', target)
          const delta = new Uint8Array(await encoded.arrayBuffer())
          const decoded = await code('decode', delta)
          const again = new Uint8Array(await decoded.arrayBuffer())
          return [
            ...expectStatus(encoded, 200),
            ...expectStatus(decoded, 200),
            ...(Buffer.from(again).equals(target) ? [] : ['It gave another file']),
          ]
        },
      },
    ],

    'resume-versions': ({ url }) => [
      {
        what: 'no token → 401',
        run: async () =>
          await expectProblem(
            await fetchIn(`${url}/resume-versions/${crypto.randomUUID()}`),
            401,
            'unauthorized',
          ),
      },
      {
        what: 'an address that is none → 404',
        run: async () =>
          await expectProblem(await fetchIn(`${url}/resume-versions/nothing`), 404, 'not_found'),
      },
    ],

    worker: ({ url }, { project, workerToken, samples }) => [
      {
        what: 'no token, another token → 401',
        run: async () => [
          ...(await expectProblem(await fetchIn(url, { method: 'POST' }), 401, 'unauthorized')),
          ...(await expectProblem(
            await fetchIn(url, {
              method: 'POST',
              headers: { authorization: `Bearer ${workerToken}x` },
            }),
            401,
            'unauthorized',
          )),
        ],
      },
      {
        what: 'its token → 202, then the queue is worked',
        async run() {
          project.queueIngest()
          const response = await fetchIn(url, {
            method: 'POST',
            headers: { authorization: `Bearer ${workerToken}` },
          })
          const problems = expectStatus(response, 202, await jsonOf(response))
          await project.until(
            () => project.ingested() !== undefined,
            AbortSignal.timeout(callTimeoutMs),
          )
          const found = project.ingested() ?? {}
          return [
            ...problems,
            ...expectWords(String(found.p_content_text ?? ''), samples[0]?.text ?? ''),
            ...(found.p_language === 'en' ? [] : [`The language was read as ${found.p_language}`]),
          ]
        },
      },
    ],

    'optimize-resume': ({ url }, context) => {
      const { project, userToken, publishableKey } = context
      const post = (headers: Record<string, string> = {}, body: unknown = {}) =>
        fetchIn(url, {
          method: 'POST',
          headers: { apikey: publishableKey, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
      const asUser = { authorization: `Bearer ${userToken}` }
      const body = {
        filePath: project.filePath,
        jobDescription: 'Planner for transport, customs and warehouse work',
      }
      return [
        {
          what: 'no token → 401',
          run: async () => await expectProblem(await post({}, body), 401, 'unauthorized'),
        },
        {
          what: 'a bad token → 401',
          run: async () =>
            await expectProblem(
              await post({ authorization: 'Bearer bad' }, body),
              401,
              'unauthorized',
            ),
        },
        {
          what: 'a wrong body → 400',
          run: async () =>
            await expectProblem(await post(asUser, { path: 1 }), 400, 'invalid_request'),
        },
        {
          what: 'a user → 200 with suggestions',
          async run() {
            const response = await post(asUser, body)
            const answer = await jsonOf(response)
            return [...expectStatus(response, 200, answer), ...expectResult(answer)]
          },
        },
        {
          what: 'an event stream → … done',
          async run() {
            const response = await post({ ...asUser, accept: 'text/event-stream' }, body)
            const text = await response.text()
            const names = [...text.matchAll(/^event:\s*(\w+)$/gm)].map(([, name]) => name)
            const wanted = ['queued', 'scoring', 'generating', 'checking', 'done']
            const last = /^event:\s*done\n(?:id:.*\n)?data:\s*(.+)$/m.exec(text)?.[1]
            return [
              ...expectStatus(response, 200),
              ...wanted
                .filter((name) => !names.includes(name))
                .map((name) => `No event ${name} came`),
              ...(names.at(-1) === 'done' ? [] : [`The last event was ${names.at(-1)}`]),
              ...(last === undefined
                ? ['The event done has no data']
                : expectResult(JSON.parse(last))),
            ]
          },
        },
      ]
    },
  }

/** What health answers where nothing is behind it. */
export function healthWithNothing({ url }: Isolate): Call {
  return {
    what: 'GET with nothing behind it → 503',
    async run() {
      const response = await fetchIn(url)
      const body = await jsonOf(response)
      const down = body.database === false && body.storage === false && body.model === false
      return [
        ...expectStatus(response, 503),
        ...(down && body.queueDepth === null ? [] : [`It answered ${JSON.stringify(body)}`]),
        ...expectCors(response),
      ]
    },
  }
}
