// child: programs of ours, each in a process group of its own. See net.h.

#include "net/net_int.h"

#include "base/mem.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHILD_ENVIRONMENT_MAX = 1024 };

struct net_child {
    uv_process_t uv;                                           // first
    void (*on_exit)(void *arg, int status, int signal_number); // NULL: the owner let go of it
    void *arg;
    int pid;
    bool ended;
};

static void child_on_exit(uv_process_t *uv, int64_t status, int signal_number)
{
    struct net_child *child = (struct net_child *)uv;
    child->ended = true;
    if (child->on_exit == NULL) {
        uv_close((uv_handle_t *)uv, net_handle_free);
        return;
    }
    child->on_exit(child->arg, (int)status, signal_number);
}

// Ours, and then what was added: the last of a name counts.
static char **child_environment(const char *const *added)
{
    char **all = mem_new((CHILD_ENVIRONMENT_MAX + 1) * sizeof(*all));
    size_t count = 0;
    for (char **one = environ; *one != NULL && count < CHILD_ENVIRONMENT_MAX; one++) {
        bool replaced = false;
        for (const char *const *new = added; *new != NULL; new ++) {
            const char *equals = strchr(*new, '=');
            assert(equals != NULL);
            replaced = replaced || strncmp(*one, *new, (size_t)(equals - *new) + 1) == 0;
        }
        if (!replaced) {
            all[count++] = *one;
        }
    }
    for (const char *const *new = added; *new != NULL &&count < CHILD_ENVIRONMENT_MAX; new ++) {
        memcpy(&all[count++], new, sizeof(*all)); // uv_spawn does not write there
    }
    return all;
}

static int child_output(const struct net_child_settings *settings, struct err *err)
{
    const char *path = settings->output == NULL ? "/dev/null" : settings->output;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        net_errno_fill(err, errno, "cannot open %s", path);
    }
    return fd;
}

static int child_spawn(struct net_loop *loop, struct net_child *child,
                       const struct net_child_settings *settings, int output, char **environment)
{
    bool ours = settings->output == NULL;
    uv_stdio_container_t streams[3] = {
        { .flags = UV_IGNORE },
        { .flags = UV_INHERIT_FD, .data.fd = ours && !settings->quiet ? STDOUT_FILENO : output },
        { .flags = UV_INHERIT_FD, .data.fd = ours ? STDERR_FILENO : output },
    };
    char **args = NULL;
    memcpy(&args, &settings->args, sizeof(args)); // uv_spawn does not write there
    uv_process_options_t options = {
        .exit_cb = child_on_exit,
        .file = settings->program,
        .args = args,
        .env = environment,
        .flags = UV_PROCESS_DETACHED, // a session, and so a group, of its own
        .stdio_count = 3,
        .stdio = streams,
    };
    return uv_spawn(&loop->uv, &child->uv, &options);
}

bool net_child_start(struct net_loop *loop, const struct net_child_settings *settings,
                     void (*on_exit)(void *arg, int status, int signal_number), void *arg,
                     struct net_child **child, struct err *err)
{
    static const char *const none[] = { NULL };
    int output = child_output(settings, err);
    if (output < 0) {
        return false;
    }
    struct net_child *made = mem_new(sizeof(*made));
    made->on_exit = on_exit;
    made->arg = arg;
    char **environment =
        child_environment(settings->environment == NULL ? none : settings->environment);
    int status = child_spawn(loop, made, settings, output, environment);
    free(environment);
    (void)close(output); // the child has its own
    if (status != 0) {
        uv_close((uv_handle_t *)&made->uv, net_handle_free);
        return err_set(err, status == UV_ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
                       "cannot start %s: %s", settings->program, uv_strerror(status));
    }
    made->pid = made->uv.pid;
    *child = made;
    return true;
}

int net_child_pid(const struct net_child *child)
{
    return child->pid;
}

void net_child_signal(struct net_child *child, int signal_number)
{
    if (!child->ended) {
        (void)kill(-child->pid, signal_number); // the group; it may have ended a moment ago
    }
}

void net_child_free(struct net_child **at)
{
    struct net_child *child = *at;
    if (child == NULL) {
        return;
    }
    *at = NULL;
    if (child->ended) {
        uv_close((uv_handle_t *)&child->uv, net_handle_free);
        return;
    }
    net_child_signal(child, SIGKILL);
    child->on_exit = NULL; // goes when the kernel says that it is gone
    uv_unref((uv_handle_t *)&child->uv);
}
