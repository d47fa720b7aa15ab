-- The source of record of issuers, programs, catalog, keys and batches, and the settled books.
--
-- Identifiers that are compared byte by byte everywhere else (Redis, HTTP) are collated "C": their order is then the
-- same on every machine, and their indexes do not depend on the operating system's locale.
-- Times of facts are milliseconds of Redis' clock. Amounts are integers of the asset's smallest unit, at most 2^53 - 1.

-- Who may do what ---------------------------------------------------------------------------------------------------

create table issuer (
  id text collate "C" primary key,
  name text not null,
  created_at timestamptz not null default now()
);

create table client (
  id text collate "C" primary key check (id like 'cl\_%'),
  issuer text collate "C" not null references issuer (id),
  name text not null,
  created_at timestamptz not null default now()
);
create index client_issuer on client (issuer);

-- Only the SHA-256 of a secret is kept.
create table api_key (
  id text collate "C" primary key,
  client text collate "C" not null references client (id),
  kind text not null check (kind in ('secret', 'publishable')),
  hash bytea not null check (octet_length(hash) = 32),
  scopes text[] not null check (cardinality(scopes) > 0),
  programs text[] null, -- null: every program of the client's issuer
  name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz null, -- exclusive
  revoked_at timestamptz null,
  version bigint not null, -- of 'keys' (table version) at the last change
  check (kind = 'secret' or scopes <@ array['redeem', 'lookup', 'catalog:read'])
);
create index api_key_client on api_key (client);
create index api_key_version on api_key (version);

-- The catalog -------------------------------------------------------------------------------------------------------

create table program (
  id text collate "C" primary key check (id ~ '^[a-z][a-z0-9-]{1,31}$'),
  issuer text collate "C" not null references issuer (id),
  name text not null,
  zone text not null,
  mode text not null check (mode in ('test', 'live')),
  assets text[] not null check (cardinality(assets) > 0),
  limits jsonb not null default '{}',
  -- Raised in the same transaction by every change of the program, its card types or its items; the changed row is
  -- stamped with it, so "everything newer than r" is one range.
  catalog_version bigint not null default 1,
  version bigint not null default 1, -- catalog_version at the last change of this row's own fields or cells
  list_version bigint not null, -- of 'programs' (table version) at that change
  next_number bigint not null default 1 check (next_number > 0), -- card numbers below it are given away
  created_at timestamptz not null default now()
);
create index program_issuer on program (issuer, id);

create table cell (
  id int generated always as identity primary key,
  program text collate "C" not null references program (id),
  index int not null check (index between 0 and 1023),
  epoch bigint not null default 1 check (epoch > 0),
  opened boolean not null default false, -- once true, a missing cell in Redis is a loss: never opened again silently
  settled_seq bigint not null default 0 check (settled_seq >= 0),
  settled_at timestamptz null,
  unique (program, index)
);

create table card_type (
  program text collate "C" not null references program (id),
  id text collate "C" not null check (id ~ '^[a-z][a-z0-9-]{1,31}$'),
  name text not null,
  asset text collate "C" not null,
  face_value bigint not null check (face_value between 1 and 9007199254740991),
  validity_days int null check (validity_days > 0),
  accepted_items text[] null, -- null: all
  secret_format text not null default 'crockford' check (secret_format in ('crockford', 'digits')),
  version bigint not null,
  primary key (program, id)
);

create table item (
  program text collate "C" not null references program (id),
  sku text collate "C" not null check (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
  name text not null,
  kind text not null check (kind in ('goods', 'code', 'service')),
  prices jsonb not null, -- {"CNY": 29800, "pick": 1}
  opens_at timestamptz null,
  closes_at timestamptz null, -- exclusive
  limits jsonb not null default '{}',
  version bigint not null,
  units bigint not null default 0 check (units >= 0), -- settled stock
  codes bigint not null default 0 check (codes >= 0), -- settled size of the code pool
  primary key (program, sku),
  check (opens_at is null or closes_at is null or opens_at < closes_at)
);

-- Versions of the lists that gateways keep a copy of; raised in the transaction that changes the list.
create table version (
  name text collate "C" primary key,
  value bigint not null
);
insert into version (name, value) values ('programs', 0), ('keys', 0);

-- Facts about the installation: 'pepper' is the pepper's fingerprint.
create table installation (
  name text collate "C" primary key,
  value text not null
);

-- Cards and codes ---------------------------------------------------------------------------------------------------

create table batch (
  id text collate "C" primary key check (id like 'bt\_%'),
  program text collate "C" not null references program (id),
  card_type text collate "C" not null,
  count int not null check (count > 0),
  card_state char(1) not null check (card_state in ('a', 'i')),
  state text not null default 'making' check (state in ('making', 'delivered', 'cut', 'void')),
  first_number text collate "C" null,
  client text collate "C" not null,
  idem bytea not null,
  fingerprint bytea not null, -- of the request: the same key with another body is an error
  expires_at timestamptz null, -- of the cards, exclusive
  sha256 text null,
  created_at timestamptz not null default now(),
  finished_at timestamptz null,
  unique (program, client, idem),
  foreign key (program, card_type) references card_type (program, id)
);
create index batch_making on batch (created_at) where state = 'making';

create table card (
  cell int not null, -- no foreign key: see transactions
  id text collate "C" not null, -- 22 characters: keyed hash of the secret
  api_id text collate "C" not null,
  number text collate "C" not null,
  card_type text collate "C" not null,
  asset text collate "C" not null,
  batch text collate "C" null,
  face bigint not null check (face between 1 and 9007199254740991),
  balance bigint not null check (balance between 0 and 9007199254740991),
  state char(1) not null check (state in ('a', 'i', 'f', 'v')),
  expires_at timestamptz null, -- exclusive
  issued_seq bigint not null,
  primary key (cell, id),
  unique (cell, number),
  unique (cell, api_id)
) with (fillfactor = 80); -- room on the page for the next balance keeps its update out of four indexes
create index card_batch on card (batch) where batch is not null;

-- A code is sealed (AES-256-GCM); hash is a keyed hash that finds duplicates.
create table code (
  id text collate "C" primary key,
  program text collate "C" not null,
  sku text collate "C" not null,
  hash bytea not null,
  sealed text not null,
  expires_at timestamptz null,
  load text collate "C" not null,
  state text not null default 'staged' check (state in ('staged', 'available', 'delivered')),
  seq bigint null, -- of the transaction that delivered it
  unique (program, sku, hash),
  foreign key (program, sku) references item (program, sku)
);
create index code_load on code (load, id) where state = 'staged';

-- The settled books -------------------------------------------------------------------------------------------------

-- json, not jsonb: an answer rendered from here is byte for byte the one rendered from the journal.
-- (cell, idem) is not unique: a key may be used again once its record has lapsed.
-- No foreign key to cell: settlement holds the cell's row when it writes, and the check of each row took 40 % of the COPY.
create table transactions (
  cell int not null,
  seq bigint not null check (seq > 0),
  at timestamptz not null,
  type text not null,
  client text collate "C" not null,
  idem bytea not null,
  fingerprint bytea not null,
  account text collate "C" null,
  reference text collate "C" null,
  data json not null,
  result json not null,
  primary key (cell, seq)
);
create index transactions_reference on transactions (cell, reference, seq) where reference is not null;
create index transactions_account on transactions (cell, account, seq) where account is not null;
create index transactions_at on transactions (cell, at);
create index transactions_idem on transactions (cell, idem);

create table transaction_card (
  cell int not null,
  card text collate "C" not null,
  seq bigint not null,
  primary key (cell, card, seq)
);

-- Double entry: one row moves amount of asset from the account "debit" (lowered) to the account "credit" (raised), so
-- the books balance by construction. Partitioned by month of the row's own time, in UTC.
create table posting (
  at timestamptz not null,
  cell int not null,
  seq bigint not null,
  n smallint not null,
  debit text collate "C" not null,
  credit text collate "C" not null,
  asset text collate "C" not null,
  amount bigint not null check (amount between 1 and 9007199254740991),
  primary key (at, cell, seq, n),
  check (debit <> credit)
) partition by range (at);

-- Makes the partition of the month (UTC) that holds "moment", if it is missing. Attached rather than created in place:
-- that lets readers and writers of other months go on.
create function ensure_posting_partition(moment timestamptz) returns void language plpgsql as $$
declare
  month timestamp := date_trunc('month', moment at time zone 'UTC');
  partition text := 'posting_' || to_char(month, 'YYYYMM');
begin
  if to_regclass(partition) is not null then
    return;
  end if;
  -- The lock that attaching takes, taken early: whoever waited here sees what the one before made. (An advisory lock would
  -- not do: only a lock on a table makes a session read the system tables anew.)
  lock table posting in share update exclusive mode;
  if to_regclass(partition) is not null then
    return;
  end if;
  execute format('create table %I (like posting including all)', partition);
  execute format(
    'alter table posting attach partition %I for values from (%L) to (%L)',
    partition, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
end $$;
