-- Imported cards keep their issuer's secrets. How many of those there could be only he knows, so their batches say it.
alter table batch add column secret_space double precision null check (secret_space >= 1);
alter table batch drop constraint batch_secret_format_check;
alter table batch add constraint batch_secret_format_check
  check (secret_format in ('crockford', 'digits', 'imported') and (secret_format = 'imported') = (secret_space is not null));

-- The part of all secrets that are a card's, added up over imports: of what is made here it follows from the count.
alter table made_cards add column share double precision not null default 0;
alter table made_cards drop constraint made_cards_format_check;
alter table made_cards add constraint made_cards_format_check check (format in ('crockford', 'digits', 'imported'));

create or replace function count_made_cards() returns trigger language plpgsql as $$
declare
  next bigint;
begin
  update version set value = value + 1 where name = 'made_cards' returning value into next;
  if tg_op = 'INSERT' then
    insert into made_cards (program, format, cards, share, version)
      values (new.program, new.secret_format, new.count, coalesce(new.count / new.secret_space, 0), next)
      on conflict (program, format) do update
        set cards = made_cards.cards + excluded.cards, share = made_cards.share + excluded.share, version = next;
  else
    update made_cards
       set cards = cards - old.count, version = next,
           share = case when cards = old.count then 0 else greatest(share - coalesce(old.count / old.secret_space, 0), 0) end
      where program = old.program and format = old.secret_format;
  end if;
  return null;
end $$;

-- Numbers that issuers brought along. A number is one card's, and must be known to be before the card is journaled: what the journal holds
-- has to fit the books.
create table imported_number (
  program text collate "C" not null references program (id),
  number text collate "C" not null,
  batch text collate "C" not null references batch (id) on delete cascade,
  primary key (program, number)
);
create index imported_number_batch on imported_number (batch);
