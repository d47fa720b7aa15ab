-- How many secrets a guesser may hit depends on the format that they were made in, whatever their card type says later.
alter table batch add column secret_format text null check (secret_format in ('crockford', 'digits'));
update batch b set secret_format = t.secret_format
  from card_type t where t.program = b.program and t.id = b.card_type;
alter table batch alter column secret_format set not null;

-- A gateway of the version before does not note it.
create function note_secret_format() returns trigger language plpgsql as $$
begin
  if new.secret_format is null then
    new.secret_format := (select t.secret_format from card_type t where t.program = new.program and t.id = new.card_type);
  end if;
  return new;
end $$;
create trigger batch_format before insert on batch for each row execute function note_secret_format();

-- How many cards were made, so that nobody has to add up every batch there ever was.
create table made_cards (
  program text collate "C" not null references program (id),
  format text not null check (format in ('crockford', 'digits')),
  cards bigint not null check (cards >= 0),
  version bigint not null, -- of 'made_cards' (table version) at the last change
  primary key (program, format)
);
insert into made_cards (program, format, cards, version)
  select program, secret_format, sum(count), 1 from batch group by program, secret_format;
insert into version (name, value) values ('made_cards', 1);

-- A batch that was given up before its first card is deleted. Deferred: the version's row is locked for the commit alone.
create function count_made_cards() returns trigger language plpgsql as $$
declare
  next bigint;
begin
  update version set value = value + 1 where name = 'made_cards' returning value into next;
  if tg_op = 'INSERT' then
    insert into made_cards (program, format, cards, version) values (new.program, new.secret_format, new.count, next)
      on conflict (program, format) do update set cards = made_cards.cards + excluded.cards, version = next;
  else
    update made_cards set cards = cards - old.count, version = next
      where program = old.program and format = old.secret_format;
  end if;
  return null;
end $$;
create constraint trigger batch_count after insert or delete on batch
  deferrable initially deferred for each row execute function count_made_cards();
