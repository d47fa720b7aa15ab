-- How many secrets a guesser may hit depends on the format that they were made in, whatever their card type says later.
-- Null: made by a version that did not note it; then the card type's.
alter table batch add column secret_format text null check (secret_format in ('crockford', 'digits'));
