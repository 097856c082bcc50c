#ifndef BIFROST_CSPAWN_H
#define BIFROST_CSPAWN_H
#include <sys/types.h>

/// Starts the program argv[0] and returns 0, or an error number and starts nothing.
///
/// The child reads nothing, writes both outputs to `output`, works in `/`, inherits no other descriptor and no
/// signal setting, and leads a session of its own if `new_session` is not 0.
int bifrost_spawn(pid_t *pid, char *const argv[], char *const envp[], int output, int new_session);
#endif
