-- What a cell that Redis lost is rebuilt from, beside the balances: counters, the order of code pools, and how long what
-- followed a redemption is counted.

-- Counters of limits as the last transaction that moved them left them. A row may outlive its counter a while.
create table quota (
  cell int not null, -- no foreign key: see transactions
  key text collate "C" not null, -- what follows :quota: in Redis
  used bigint not null check (used between 0 and 9007199254740991),
  expires_at timestamptz null, -- exclusive; null: never
  seq bigint not null, -- of that transaction
  primary key (cell, key)
) with (fillfactor = 80);
create index quota_expires on quota (expires_at) where expires_at is not null;

insert into quota (cell, key, used, expires_at, seq)
select distinct on (t.cell, leg.value ->> 1)
       t.cell, leg.value ->> 1, (t.result -> 'legs' -> (leg.place - 1)::int ->> 0)::bigint,
       case when (leg.value ->> 3)::bigint > 0
         then to_timestamp((leg.value ->> 3)::bigint / 1000) + (leg.value ->> 3)::bigint % 1000 * interval '1 ms' end,
       t.seq
  from transactions t cross join json_array_elements(t.data -> 'legs') with ordinality as leg (value, place)
 where leg.value ->> 0 = 'quota'
 order by t.cell, leg.value ->> 1, t.seq desc;

-- The place of a code in its pool, the lowest is next: sequence * 1000 + place among those that came with it. Null: not in
-- a pool yet, or put there by a gateway of the version before.
alter table code add column pooled bigint null;
update code c
   set pooled = last.place
  from (select distinct on (id.value #>> '{}') id.value #>> '{}' as id, t.seq * 1000 + id.place - 4 as place
          from transactions t
         cross join json_array_elements(t.data -> 'legs') as leg (value)
         cross join json_array_elements(leg.value) with ordinality as id (value, place)
         where t.type in ('stocking', 'capture', 'release', 'expiry', 'reversal')
           and leg.value ->> 0 in ('codes_add', 'codes_back') and id.place > 3
         order by id.value #>> '{}', t.seq desc) as last
 where c.id = last.id;
create index code_pool on code (program, sku, pooled, id) where state = 'available';

-- Until when Redis counts what returned of a redemption. Until then its absence there means that nothing did.
alter table afterwards add column counted_until timestamptz null;
update afterwards a
   set counted_until = now() + interval '2 days'
 where a.status <> 'held'
   and exists (select from transactions t where t.cell = a.cell and t.seq = a.seq and t.at > now() - interval '3 days');
create index afterwards_counted on afterwards (cell, counted_until) where counted_until is not null;
