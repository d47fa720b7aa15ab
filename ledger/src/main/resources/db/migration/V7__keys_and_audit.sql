-- What a key is bound to, keys that sign, and who did what.

alter table api_key
  add column addresses text[] null check (cardinality(addresses) between 1 and 32), -- CIDR ranges; null: from anywhere
  add column allowed_origins text[] null check (cardinality(allowed_origins) between 1 and 32), -- publishable keys only
  add column ceilings jsonb null, -- {"issued"|"adjusted"|"reversed": {asset: most in a business day of a program}}
  add column require_signature boolean not null default false,
  add column lineage text collate "C" null, -- the first key of the rotations that this one stands at the end of; null: itself
  add column last_used_at timestamptz null, -- to about a minute; of no version, since no gateway needs it
  add constraint origins_publishable check (allowed_origins is null or kind = 'publishable'),
  add constraint signature_secret check (not require_signature or kind = 'secret');

-- Keys of a client with which it signs account tokens or requests. A public key stands in the clear, an HMAC secret is sealed
-- with the code keys and bound to its id.
create table signing_key (
  id text collate "C" primary key check (id like 'sig\_%'),
  client text collate "C" not null references client (id),
  use text not null check (use in ('account_token', 'request')),
  algorithm text not null check (algorithm in ('hmac-sha256', 'ed25519', 'es256')),
  public_key text null, -- base64 of its SubjectPublicKeyInfo
  sealed_secret text null,
  name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz null, -- exclusive
  revoked_at timestamptz null,
  version bigint not null, -- of 'signing_keys' (table version) at the last change
  check ((public_key is null) <> (sealed_secret is null)),
  check ((sealed_secret is not null) = (algorithm = 'hmac-sha256')),
  check (algorithm <> 'es256' or use = 'account_token')
);
create index signing_key_client on signing_key (client);
create index signing_key_version on signing_key (version);
insert into version (name, value) values ('signing_keys', 0);

-- Every administrative act. Rows are added, in the transaction of the act itself, and never changed.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  issuer text collate "C" null, -- whose it is; null: the installation's. No foreign key: what is told outlives what it tells of
  actor text collate "C" not null, -- key:<id>, cli:<user of the operating system>, or system
  client text collate "C" null, -- of the key
  act text collate "C" not null, -- such as key.revoke
  object text collate "C" not null, -- such as key:<id>, program:<id>, item:<program>/<sku>
  reason text null,
  before json null, -- without secrets; null where there was nothing
  after json null,
  request_id text collate "C" null
);
create index audit_issuer on audit (issuer, id);

create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'audit is only added to: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_refuse();
