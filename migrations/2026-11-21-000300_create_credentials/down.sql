drop table api_tokens;
drop table sdk_keys;
