#ifndef BIFROST_CLIBPQ_SHIM_H
#define BIFROST_CLIBPQ_SHIM_H
#include <libpq-fe.h>
#endif
