grant select on bifrost.migration, bifrost.log, bifrost.shard, bifrost.lease, bifrost.heartbeat, bifrost.leaf
to bifrost_writer, bifrost_projector, bifrost_reader;
