-- What becomes of a redemption after it was posted: holds, and what was given back.

-- What of a balance is set aside for open holds; it left the balance when the hold was made.
alter table card add column held bigint not null default 0 check (held between 0 and 9007199254740991);
alter table account_balance add column held bigint not null default 0 check (held between 0 and 9007199254740991);

-- The account that a card belongs to; null: to whoever has its secret.
alter table card add column owner text collate "C" null;
create index card_owner on card (cell, owner, id) where owner is not null;

-- A balance in lots, "<expires ms, 0 = never>:<tag>:<amount>;…", as the last transaction that moved it left them; null: in none.
alter table account_balance add column lots text null;

-- Only of redemptions that were held or of which something was given back.
create table afterwards (
  cell int not null, -- no foreign key: see transactions
  seq bigint not null, -- of the redemption
  status text not null check (status in ('held', 'posted', 'released', 'expired')),
  deadline timestamptz null, -- of its hold
  state text not null, -- as the count in Redis keeps it: how the hold was closed, and what returned then
  returned json not null, -- part -> how much of it was given back so far
  primary key (cell, seq)
);
create index afterwards_status on afterwards (cell, status, seq);
