// wire/timeout: see timeout.h.

#include "wire/timeout.h"

#include "base/num.h"

enum { TIMEOUT_DIGITS_MAX = 8, TIMEOUT_VALUE_MAX = 99999999 };

// A unit is so many nanoseconds; 0: no unit.
static uint64_t timeout_unit_ns(char unit)
{
    switch (unit) {
    case 'H': return 3600u * 1000000000ull;
    case 'M': return 60u * 1000000000ull;
    case 'S': return 1000000000u;
    case 'm': return 1000000u;
    case 'u': return 1000u;
    case 'n': return 1u;
    default: return 0;
    }
}

bool wire_timeout_read(struct str text, uint64_t *ms)
{
    uint64_t value = 0;
    if (text.len < 2 || text.len > TIMEOUT_DIGITS_MAX + 1 ||
        !num_u64((struct str){ text.ptr, text.len - 1 }, TIMEOUT_VALUE_MAX, &value)) {
        return false;
    }
    uint64_t unit = timeout_unit_ns(text.ptr[text.len - 1]);
    if (unit == 0) {
        return false;
    }
    const uint64_t max = (uint64_t)WIRE_TIMEOUT_MAX_MS;
    uint64_t most = max * 1000000u / unit; // of units in a day
    *ms = value > most ? max : (value * unit + 999999u) / 1000000u;
    return true;
}

struct str wire_timeout_write(uint64_t ms, char text[static WIRE_TIMEOUT_TEXT])
{
    ms = ms > TIMEOUT_VALUE_MAX ? TIMEOUT_VALUE_MAX : ms;
    size_t at =
        WIRE_TIMEOUT_TEXT; // written from its end; a call a millisecond is too many for printf
    text[--at] = 'm';
    do {
        text[--at] = (char)('0' + ms % 10);
        ms /= 10;
    } while (ms > 0);
    return (struct str){ text + at, WIRE_TIMEOUT_TEXT - at };
}
