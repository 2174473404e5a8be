// expect: see expect.h.
#include "guard/expect.h"

#include <stdio.h>
#include <string.h>

bool guard_expect_engine(const Quoin__V1__Expectation *told, enum engine engine)
{
    for (size_t i = 0; told != NULL && i < told->n_engines; i++) {
        if (strcmp(told->engines[i], engine_name(engine)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_open(const Quoin__V1__PortAllowed *allowed, int64_t now_ms)
{
    return allowed->first > 0 && allowed->first <= UINT16_MAX && allowed->last <= UINT16_MAX &&
           (allowed->until == 0 || now_ms < allowed->until);
}

static uint16_t last_of(const Quoin__V1__PortAllowed *allowed)
{
    return (uint16_t)(allowed->last < allowed->first ? allowed->first : allowed->last);
}

static bool is_program(const char *wanted, const struct ports_holder *holder)
{
    const char *slash = strrchr(holder->program, '/');
    if (strcmp(wanted, "*") == 0) {
        return true;
    }
    if (wanted[0] == '/') {
        return strcmp(wanted, holder->program) == 0;
    }
    // What a process calls itself is its own word; the name of its file is not.
    return slash != NULL && strcmp(wanted, slash + 1) == 0;
}

const char *guard_expect_allowed(const Quoin__V1__Expectation *told,
                                 const struct ports_holder *holder, int64_t now_ms,
                                 char text[static GUARD_TEXT_MAX])
{
    for (size_t i = 0; told != NULL && i < told->n_allowed; i++) {
        const Quoin__V1__PortAllowed *allowed = told->allowed[i];
        bool port = allowed->first <= holder->port && holder->port <= last_of(allowed);
        bool transport = allowed->transport[0] == '\0' ||
                         strcmp(allowed->transport, holder->udp ? "udp" : "tcp") == 0;
        if (is_open(allowed, now_ms) && port && transport && is_program(allowed->program, holder)) {
            (void)snprintf(text, GUARD_TEXT_MAX, "%.120s is expected here%s%.200s",
                           strcmp(allowed->program, "*") == 0 ? "any program" : allowed->program,
                           allowed->why[0] != '\0' ? ": " : "", allowed->why);
            return text;
        }
    }
    return NULL;
}

size_t guard_expect_ranges(const Quoin__V1__Expectation *told, int64_t now_ms,
                           struct ports_range *ranges, size_t count)
{
    for (size_t i = 0; told != NULL && i < told->n_allowed && count < PORTS_RANGES_MAX; i++) {
        const Quoin__V1__PortAllowed *allowed = told->allowed[i];
        if (is_open(allowed, now_ms)) {
            ranges[count++] = (struct ports_range){ (uint16_t)allowed->first, last_of(allowed) };
        }
    }
    return count;
}
