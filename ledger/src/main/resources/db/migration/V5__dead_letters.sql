-- Transactions that PostgreSQL refuses and those that depend on them, so that everything else of their cell is settled; and indexes
-- for lists of cards.

create table dead_letter (
  cell int not null, -- no foreign key: see transactions
  seq bigint not null check (seq > 0),
  data bytea not null, -- as journaled: what cannot be settled need be neither json nor text
  result bytea not null,
  reason text not null,
  depends_on bigint null, -- sequence of the dead letter that it follows; null: it cannot be settled itself
  at timestamptz not null default now(), -- when settlement last gave up on it
  primary key (cell, seq)
);

-- What a dead letter moves: until it is settled, whatever moves the same joins it. 'card:<id>', 'account:<id>', 'item:<sku>',
-- 'transaction:<seq>' (itself, and the redemption that it follows).
create table dead_letter_object (
  cell int not null,
  object text collate "C" not null,
  seq bigint not null,
  primary key (cell, object, seq)
);
create index dead_letter_object_seq on dead_letter_object (cell, seq);

alter table cell add column dead_letters bigint not null default 0 check (dead_letters >= 0);

-- Lists of cards are by number. Few cards are frozen, inactive or void, and a batch has its numbers in one piece: a page of either
-- must not read all cards. A change of the balance alone still touches none of these.
create index card_state on card (cell, state, number) where state <> 'a';
create index card_expires on card (cell, expires_at) where expires_at is not null;
drop index card_batch;
create index card_batch on card (batch, number) where batch is not null;
