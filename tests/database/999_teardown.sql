-- Takes back what 000_setup.sql installed, except pgTAP itself.
begin;
set local search_path = extensions;
select plan(1);

drop schema reswave_tests cascade;
select hasnt_schema('reswave_tests', 'the helpers are gone');

select * from finish();
commit;
