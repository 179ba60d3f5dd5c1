// Written by `npm run db:types` from supabase/migrations: do not edit.

export const expectedMigrations: readonly string[] = [
  '20261123180000',
  '20261123180100',
  '20261123235900',
  '20261124020000',
  '20261124021200',
  '20261124021300',
  '20261124060000',
  '20261124070000',
  '20261124120000',
  '20261124164559',
  '20261128114836',
]
