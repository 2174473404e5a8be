// A log line is one line of JSON, whatever a hostile name holds.
#include "base/log.h"

#include "lib/tap.h"
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    int keep = dup(STDERR_FILENO);
    CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
    log_start("quoin-test", LOG_INFO);
    log_event(LOG_INFO, "job.held", log_int("job", 7), log_text("name", "a\n\x1b[31m\"b"));
    log_event(LOG_DEBUG, "too.quiet", log_int("job", 8));
    CHECK(dup2(keep, STDERR_FILENO) >= 0);
    (void)close(ends[1]);
    char text[2000] = "";
    ssize_t len = read(ends[0], text, sizeof(text) - 1);
    CHECK(len > 0);
    CHECK(strchr(text, '\n') == text + len - 1);
    CHECK(strstr(text, "\"event\":\"job.held\",\"job\":7,\"name\":\"a\\n\\u001b[31m\\\"b\"}") !=
          NULL);
    CHECK(strstr(text, "\"level\":\"info\",\"program\":\"quoin-test\"") != NULL);
    return tap_done();
}
