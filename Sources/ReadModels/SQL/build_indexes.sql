alter table bifrost_read.build add column index_statements text;
comment on column bifrost_read.build.index_statements is 'make the indexes that only readers use, once a rebuild has loaded the rows; null where they are there';
