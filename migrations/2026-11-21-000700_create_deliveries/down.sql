drop table delivery_batches;
drop table deliveries_minute;
drop table delivery_series;
