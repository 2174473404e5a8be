// post/syslog: a line for the system's log: "<PRIORITY>TAG[PID]: TEXT" (RFC 3164 4.1, without a
// time of ours: who takes it knows when), in a datagram to the socket at which syslog daemons and
// the journal listen. The C library's own call tells nobody whether anybody does.

#include "post/post.h"

#include "base/enc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DAEMON = 3 << 3, CRITICAL = 2, WARNING = 4, LINE_MAX = 1024 };

static bool send_line(int fd, const struct sockaddr_un *to, const char *line, struct err *err)
{
    const struct sockaddr *at = (const void *)to;
    if (sendto(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL, at, sizeof(*to)) >= 0) {
        return true;
    }
    bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return err_set(err, ERR_UNAVAILABLE, "%s: %s", to->sun_path,
                   nobody ? "no log daemon listens there" : strerrordesc_np(errno));
}

bool post_syslog(const char *path, bool critical, const char *text, struct post_answer *answer,
                 struct err *err)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    char line[LINE_MAX + 1];
    *answer = (struct post_answer){ .again = true };
    path = path == NULL ? "/dev/log" : path;
    if (strlen(path) >= sizeof(to.sun_path)) {
        answer->again = false;
        return err_set(err, ERR_INVALID, "\"%.40s…\" is too long for a socket's path", path);
    }
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    (void)snprintf(line, sizeof(line), "<%d>quoin-dme[%d]: %.900s",
                   DAEMON | (critical ? CRITICAL : WARNING), (int)getpid(), text);
    enc_make_plain(line, strlen(line)); // what a device says begins no line of its own
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_set(err, ERR_UNAVAILABLE, "a socket cannot be made: %s", strerrordesc_np(errno));
    }
    bool sent = send_line(fd, &to, line, err);
    (void)close(fd);
    return sent;
}
