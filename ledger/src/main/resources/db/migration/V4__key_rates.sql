-- How often a key may be used, as '600/1m' or 'off'. Null: as the gateways' settings say for its kind.

alter table api_key add column rate text null check (rate = 'off' or rate ~ '^[1-9][0-9]{0,7}/[1-9][0-9]{0,4}[smh]$');
