#ifndef BIFROST_CRABBITMQ_SHIM_H
#define BIFROST_CRABBITMQ_SHIM_H
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <sys/time.h>

// Swift calls no function with variable arguments.
static inline amqp_rpc_reply_t bifrost_amqp_login(
    amqp_connection_state_t state, const char *vhost, int frame_bytes_max, int heartbeat_seconds,
    const amqp_table_t *properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        state, vhost, 1, frame_bytes_max, heartbeat_seconds, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

// What follows is a cast of the number in C, which Swift does not import.
static const amqp_method_number_t bifrost_amqp_ack = AMQP_BASIC_ACK_METHOD;
static const amqp_method_number_t bifrost_amqp_nack = AMQP_BASIC_NACK_METHOD;
static const amqp_method_number_t bifrost_amqp_return = AMQP_BASIC_RETURN_METHOD;
static const amqp_method_number_t bifrost_amqp_blocked = AMQP_CONNECTION_BLOCKED_METHOD;
static const amqp_method_number_t bifrost_amqp_unblocked = AMQP_CONNECTION_UNBLOCKED_METHOD;
static const amqp_method_number_t bifrost_amqp_connection_close = AMQP_CONNECTION_CLOSE_METHOD;
static const amqp_method_number_t bifrost_amqp_channel_close = AMQP_CHANNEL_CLOSE_METHOD;
static const int bifrost_amqp_frame_method = AMQP_FRAME_METHOD;
#endif
