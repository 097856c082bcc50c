// Swift's Glibc module hides what needs _GNU_SOURCE: closing descriptors, changing the directory, a new session.
#define _GNU_SOURCE
#include "CSpawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int prepare_files(posix_spawn_file_actions_t *files, int output) {
    int code = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0) code = posix_spawn_file_actions_adddup2(files, output, 1);
    if (code == 0) code = posix_spawn_file_actions_adddup2(files, output, 2);
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(files, 3);
    // The caller's working directory may be closed to the user that the program becomes.
    if (code == 0) code = posix_spawn_file_actions_addchdir_np(files, "/");
    return code;
}

static int prepare_attributes(posix_spawnattr_t *attributes, int new_session) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (new_session ? POSIX_SPAWN_SETSID : 0);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    if (code == 0) code = posix_spawnattr_setflags(attributes, (short)flags);
    return code;
}

int bifrost_spawn(pid_t *pid, char *const argv[], char *const envp[], int output, int new_session) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&files);
        return code;
    }
    code = prepare_files(&files, output);
    if (code == 0) code = prepare_attributes(&attributes, new_session);
    if (code == 0) code = posix_spawn(pid, argv[0], &files, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return code;
}
