// range: see range.h.
//
//   range   = address [ "/" 0..32 | "-" address ]
//   address = number "." number "." number "." number     of 0 to 255, no zeroes before

#include "device/range.h"

#include "base/num.h"

#include <stdio.h>

enum { TEXT_MAX = 64, WIDTH = 32 };

bool device_address_read(struct str text, uint32_t *address)
{
    uint32_t value = 0;
    unsigned parts = 0;
    size_t at = 0;
    while (parts < 4 && at <= text.len) {
        size_t end = at;
        uint64_t part = 0;
        while (end < text.len && text.ptr[end] != '.') {
            end++;
        }
        struct str digits = { text.ptr + at, end - at };
        if (digits.len > 3 || (digits.len > 1 && digits.ptr[0] == '0') ||
            !num_u64(digits, UINT8_MAX, &part)) {
            return false; // 010 is eight to some, ten to others
        }
        value = value << 8 | (uint32_t)part;
        parts++;
        at = end + 1;
    }
    if (parts != 4 || at != text.len + 1) {
        return false;
    }
    *address = value;
    return true;
}

void device_address_text(uint32_t address, char text[static DEVICE_ADDRESS_TEXT])
{
    (void)snprintf(text, DEVICE_ADDRESS_TEXT, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
                   address >> 8 & 255, address & 255);
}

bool device_address_is_loopback(uint32_t address)
{
    return address >> 24 == 127;
}

// --- reading ------------------------------------------------------------------------------------

struct span {
    uint32_t first;
    uint32_t last;
    bool by_mask; // the first and the last are the network's and its broadcast
    bool by_ends; // what lies between may be of several networks
};

static bool say_form(struct str text, struct err *err)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == ':') {
            return err_set(err, ERR_INVALID,
                           "a network of IPv6 has more addresses than can be asked: find its "
                           "devices by DNS-SD or CUPS, or name each (quoin device monitor NAME "
                           "--address ADDRESS)");
        }
    }
    return err_set(err, ERR_INVALID,
                   "\"%.*s\" is no range of addresses: write 10.1.0.0/22, 10.1.0.10-10.1.0.99 or "
                   "10.1.0.7",
                   (int)(text.len > TEXT_MAX ? TEXT_MAX : text.len), text.ptr);
}

static bool read_mask(struct str text, struct str digits, struct span *span, struct err *err)
{
    uint64_t bits = 0;
    if (digits.len > 2 || (digits.len == 2 && digits.ptr[0] == '0') ||
        !num_u64(digits, WIDTH, &bits)) {
        return say_form(text, err);
    }
    uint32_t hosts = bits == 0 ? UINT32_MAX : (uint32_t)((UINT64_C(1) << (WIDTH - bits)) - 1);
    span->first &= ~hosts;
    span->last = span->first | hosts;
    span->by_mask = bits <= WIDTH - 2;
    return true;
}

static bool read_span(struct str text, struct span *span, struct err *err)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != '/' && text.ptr[at] != '-') {
        at++;
    }
    struct str rest = { text.ptr + at, text.len - at };
    if (text.len > TEXT_MAX || !device_address_read((struct str){ text.ptr, at }, &span->first)) {
        return say_form(text, err);
    }
    span->last = span->first;
    if (rest.len == 0) {
        return true;
    }
    struct str behind = { rest.ptr + 1, rest.len - 1 };
    if (rest.ptr[0] == '/') {
        return read_mask(text, behind, span, err);
    }
    span->by_ends = true;
    if (!device_address_read(behind, &span->last)) {
        return say_form(text, err);
    }
    return span->first <= span->last ||
           err_set(err, ERR_INVALID, "%.*s ends before it begins: write the lower address first",
                   (int)text.len, text.ptr);
}

static bool check_span(struct str text, const struct span *span, struct err *err)
{
    if (span->first >> 24 == 0 || span->last >> 28 >= 14) {
        return err_set(err, ERR_INVALID,
                       "%.*s holds addresses that no device has: 0.0.0.0/8, multicast "
                       "(224.0.0.0/4) and what is above are never asked",
                       (int)text.len, text.ptr);
    }
    uint64_t count = (uint64_t)span->last - span->first + 1;
    if (count > DEVICE_RANGE_MOST) {
        char some[DEVICE_ADDRESS_TEXT];
        device_address_text(span->first, some);
        return err_set(err, ERR_LIMIT,
                       "%.*s has %llu addresses, and at most %d are asked at a time: ask for it in "
                       "parts, such as %s/20",
                       (int)text.len, text.ptr, (unsigned long long)count, DEVICE_RANGE_MOST, some);
    }
    return true;
}

// --- adding -------------------------------------------------------------------------------------

static bool is_left_out(const struct span *span, uint32_t address)
{
    bool is_end = address == span->first || address == span->last;
    bool may_be = (address & 255) == 0 || (address & 255) == 255;
    return (span->by_mask && is_end) || (span->by_ends && may_be);
}

// Where the address is, or would be.
static size_t place_of(const struct device_range *range, uint32_t address)
{
    size_t low = 0;
    size_t high = range->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (range->list[middle] < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has(const struct device_range *range, uint32_t address)
{
    size_t at = place_of(range, address);
    return at < range->count && range->list[at] == address;
}

bool device_range_add(struct device_range *range, struct str text, struct err *err)
{
    struct span span = { .by_mask = false };
    size_t news = 0;
    if (!read_span(text, &span, err) || !check_span(text, &span, err)) {
        return false;
    }
    for (uint64_t at = span.first; at <= span.last; at++) {
        news += !is_left_out(&span, (uint32_t)at) && !has(range, (uint32_t)at);
    }
    if (range->count + news > DEVICE_RANGE_MOST) {
        return err_set(err, ERR_LIMIT,
                       "that makes %zu addresses, and at most %d are asked at a time: leave out "
                       "%.*s and ask for it next",
                       range->count + news, DEVICE_RANGE_MOST, (int)text.len, text.ptr);
    }
    for (uint64_t at = span.first; at <= span.last; at++) {
        uint32_t address = (uint32_t)at;
        size_t place = place_of(range, address);
        if (is_left_out(&span, address)) {
            range->left_out++;
        } else if (!has(range, address)) {
            memmove(range->list + place + 1, range->list + place,
                    (range->count - place) * sizeof(range->list[0]));
            range->list[place] = address;
            range->count++;
        }
    }
    return true;
}
