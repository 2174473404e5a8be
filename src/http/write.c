// http/write: see write.h.

#include "http/write.h"

#include "http/head.h"
#include <inttypes.h>

static const struct {
    unsigned status;
    const char *text;
} statuses[] = {
#define HTTP_STATUS(status, text) { (status), (text) },
#include "http/status.tbl.h"
#undef HTTP_STATUS
};

const char *http_status_text(unsigned status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].status == status) {
            return statuses[i].text;
        }
    }
    return "Status";
}

// Visible, or a space or tab inside: what a field's value or a target may be made of.
static bool is_one_line(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool has_space(struct str text)
{
    return text.len > 0 &&
           (memchr(text.ptr, ' ', text.len) != NULL || memchr(text.ptr, '\t', text.len) != NULL);
}

void http_write_status(struct buf *buf, unsigned status)
{
    buf_addf(buf, "HTTP/1.1 %u %s\r\n", status, http_status_text(status));
}

void http_write_request(struct buf *buf, struct str method, struct str target)
{
    if (!http_word_is(method) || target.len == 0 || !is_one_line(target) || has_space(target)) {
        buf->fault = true;
        return;
    }
    buf_add(buf, method);
    buf_add(buf, STR(" "));
    buf_add(buf, target);
    buf_add(buf, STR(" HTTP/1.1\r\n"));
}

void http_write_field(struct buf *buf, struct str name, struct str value)
{
    if (!http_word_is(name) || !is_one_line(value)) {
        buf->fault = true;
        return;
    }
    buf_add(buf, name);
    buf_add(buf, STR(": "));
    buf_add(buf, value);
    buf_add(buf, STR("\r\n"));
}

void http_write_number(struct buf *buf, struct str name, uint64_t value)
{
    buf_add(buf, name);
    buf_addf(buf, ": %" PRIu64 "\r\n", value);
}

// IMF-fixdate of RFC 9110 5.6.7. The calendar counts in eras of 400 years that begin in March, so
// that the leap day is the last of its year.
void http_write_date(struct buf *buf, int64_t wall_ms)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Mar", "Apr", "May", "Jun", "Jul", "Aug",
                                          "Sep", "Oct", "Nov", "Dec", "Jan", "Feb" };
    uint64_t seconds = wall_ms > 0 ? (uint64_t)wall_ms / 1000 : 0;
    uint64_t day = seconds / 86400;
    uint64_t shifted = day + 719468; // days since 0000-03-01
    uint64_t era_day = shifted % 146097;
    uint64_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    uint64_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    uint64_t month = (5 * year_day + 2) / 153;
    uint64_t year = era_year + shifted / 146097 * 400 + (month >= 10 ? 1 : 0);
    buf_addf(buf,
             "Date: %s, %02" PRIu64 " %s %04" PRIu64 " %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64
             " GMT\r\n",
             days[day % 7], year_day - (153 * month + 2) / 5 + 1, months[month], year,
             seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
}

void http_write_end(struct buf *buf)
{
    buf_add(buf, STR("\r\n"));
}

void http_write_chunk(struct buf *buf, uint64_t len)
{
    buf_addf(buf, "%" PRIx64 "\r\n", len);
}
