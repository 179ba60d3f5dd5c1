-- What the work of every queue is about, and the simplest queue there is.
create schema bench;

create table bench.work (
  id uuid not null primary key,
  answer text,
  created_at timestamptz not null default now(),
  done_at timestamptz
);

create table bench.naive_jobs (
  id bigint not null generated always as identity primary key,
  subject_id uuid not null
);
