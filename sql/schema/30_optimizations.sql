create table public.optimizations (
  optimization_id uuid not null default gen_random_uuid(),
  user_id text not null,
  resume_id uuid not null,
  version_id uuid not null,
  job_description text,
  idempotency_key text,
  input_hash text not null,
  status text not null default 'queued',
  progress jsonb not null default '{"stage": "queued"}',
  partial jsonb not null default '{}',
  score jsonb,
  last_event_id integer not null default 0,
  result jsonb,
  error jsonb,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  wait_started_at timestamptz,
  waited_ms bigint not null default 0,
  reopened_at timestamptz,
  constraint optimizations_pkey primary key (optimization_id),
  constraint optimizations_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete cascade,
  constraint optimizations_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete cascade,
  constraint optimizations_idempotency_key_key unique (user_id, idempotency_key),
  constraint optimizations_user_id_check check (length(user_id) between 1 and 255),
  constraint optimizations_job_description_check check (length(job_description) between 1 and 20000),
  constraint optimizations_idempotency_key_check check (length(idempotency_key) between 1 and 200),
  constraint optimizations_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- What is merged into an object by || and is none makes an array of both.
  constraint optimizations_progress_check check (jsonb_typeof(progress) = 'object'),
  constraint optimizations_partial_check check (jsonb_typeof(partial) = 'object'),
  constraint optimizations_waited_check check (waited_ms >= 0),
  constraint optimizations_result_check check ((status = 'succeeded') = (result is not null)),
  constraint optimizations_error_check check ((status = 'failed') = (error is not null)),
  constraint optimizations_finished_check check ((status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null))
);

alter table public.optimizations enable row level security;

comment on table public.optimizations is 'A request for suggestions and what became of it. Job descriptions and results go after settings.optimization_retention.';
comment on column public.optimizations.input_hash is 'SHA-256 over version and job description: the same question while one is in flight is the same optimization.';
comment on column public.optimizations.progress is 'Where it stands: {"stage": "queued|extracting|scoring|generating|checking|waiting|done", "tokens": n, "sections": n, "sectionsDone": n}; waiting adds "retryAt", when the model is asked again.';
comment on column public.optimizations.score is 'What the rules say of the resume as it is. Kept here when no model could be asked, whatever becomes of it later.';
comment on column public.optimizations.wait_started_at is 'Set while it waits for a model; the job is given back until then.';
comment on column public.optimizations.waited_ms is 'Milliseconds that it has waited for a model. They do not count against the time that the work may take.';
comment on column public.optimizations.reopened_at is 'Set where it had failed and an operator gave it new attempts: how long it takes is counted from then.';
comment on column public.optimizations.partial is 'What each section has given so far, by section id: a retry does not ask the model twice. Kept when it failed, for requeue_job(), which marks {"counted": true} what the counters have of it.';
comment on column public.optimizations.last_event_id is 'How many events there are; list_optimization_events gives those after one.';
comment on column public.optimizations.result is 'Score before and after, suggestions with evidence, rejected ones, missing keywords, model, tokens, timings.';
comment on column public.optimizations.error is 'The final failure: {"code", "title", "detail", "retryable"}, codes of the error registry.';

create index optimizations_resume_id_idx on public.optimizations (resume_id);

create index optimizations_version_id_idx on public.optimizations (version_id);

create index optimizations_user_id_created_at_idx on public.optimizations (user_id, created_at desc);

create unique index optimizations_in_flight_key on public.optimizations (user_id, input_hash)
where status in ('queued', 'running') and idempotency_key is null;

create index optimizations_finished_at_idx on public.optimizations (finished_at)
where finished_at is not null;

create policy optimizations_select_owner on public.optimizations for select to authenticated
using (
  user_id = (select auth.jwt()) ->> 'sub'
  and exists (select from public.resumes as r where r.id = optimizations.resume_id and r.deleted_at is null)
);

comment on policy optimizations_select_owner on public.optimizations is 'Owners see those of what they have not deleted.';

grant select on public.optimizations to authenticated, service_role;

create table private.optimization_events (
  optimization_id uuid not null,
  event_id integer not null,
  type text not null,
  data jsonb not null,
  created_at timestamptz not null default now(),
  constraint optimization_events_pkey primary key (optimization_id, event_id),
  constraint optimization_events_optimization_id_fkey foreign key (optimization_id) references public.optimizations (optimization_id) on delete cascade,
  constraint optimization_events_type_check check (
    type in ('queued', 'extracting', 'scoring', 'generating', 'checking', 'suggestion', 'degraded', 'done', 'error')
  )
);

alter table private.optimization_events enable row level security;

create function private.append_events(p_optimization_id uuid, p_events jsonb, p_after_event_id integer default null) returns void
language sql volatile
set search_path = ''
as $$
  with known as (
    -- Who says after which event its own follow may repeat itself: what is there already is left out.
    select o.last_event_id as before, greatest(o.last_event_id - coalesce(p_after_event_id, o.last_event_id), 0) as repeated
    from public.optimizations as o
    where o.optimization_id = p_optimization_id
    for update
  ),
  new as (
    select k.before + n.position - k.repeated as event_id, n.event ->> 'type' as type, n.event -> 'data' as data
    from known as k, jsonb_array_elements(p_events) with ordinality as n (event, position)
    where n.position > k.repeated
  ),
  counted as (
    update public.optimizations as o set last_event_id = n.last_event_id
    from (select max(event_id)::integer as last_event_id from new) as n
    where o.optimization_id = p_optimization_id and n.last_event_id is not null
  )
  insert into private.optimization_events (optimization_id, event_id, type, data)
  select p_optimization_id, n.event_id, n.type, n.data from new as n
$$;

comment on function private.append_events(uuid, jsonb, integer) is
'Adds [{"type", "data"}] after the last event of an optimization. With p_after_event_id, the last one that its caller knows of, a call that is repeated adds each event once.';

comment on table private.optimization_events is 'What a stream of an optimization says, so that a dropped one goes on after its last event and a second tab sees the same.';
