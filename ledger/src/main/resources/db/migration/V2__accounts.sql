-- Settled accounts of holders: their flags, and what each holds of an asset. An account is there from the first
-- transaction that wrote to it. The id is the storefront's own and opaque.

create table account (
  cell int not null, -- no foreign key: see transactions
  id text collate "C" not null,
  frozen boolean not null default false,
  verified boolean not null default false,
  primary key (cell, id)
);

create table account_balance (
  cell int not null,
  account text collate "C" not null,
  asset text collate "C" not null,
  balance bigint not null default 0 check (balance between 0 and 9007199254740991),
  primary key (cell, account, asset)
) with (fillfactor = 80);
