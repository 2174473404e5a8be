// post/syslog: a line for the system's log. A file of its own: <syslog.h> has names of ours.
//
// no unit test: the line is in a log that is not ours to read.

#include "post/post.h"

#include <syslog.h>

void post_syslog(bool critical, const char *text)
{
    syslog(LOG_DAEMON | (critical ? LOG_CRIT : LOG_WARNING), "%s", text);
}
