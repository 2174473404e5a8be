// http/head: see head.h.
//
// request-line = method SP request-target SP HTTP-version CRLF      RFC 9112 3
// status-line  = HTTP-version SP 3DIGIT [ SP reason ] CRLF          RFC 9112 4
// field-line   = field-name ":" OWS field-value OWS CRLF            RFC 9112 5

#include "http/head.h"

#include "base/num.h"
#include "http/path.h"
#include <assert.h>

static const struct {
    unsigned status;
    const char *name;
    const char *text;
} reasons[] = {
    [HTTP_FINE] = { 200, "FINE", "nothing is wrong" },
#define HTTP_REASON(name, status, text) [HTTP_##name] = { (status), #name, (text) },
#include "http/reason.tbl.h"
#undef HTTP_REASON
};

unsigned http_reason_status(enum http_reason reason)
{
    return reasons[reason].status;
}

const char *http_reason_name(enum http_reason reason)
{
    return reasons[reason].name;
}

const char *http_reason_text(enum http_reason reason)
{
    return reasons[reason].text;
}

// --- where the head ends ------------------------------------------------------------------------

enum scan_state {
    SCAN_FIRST,    // before the first byte of the first line
    SCAN_EMPTY_LF, // after the CR of an empty line before the first
    SCAN_REALLY,   // after that empty line: no further one
    SCAN_LINE,     // in a line
    SCAN_LINE_LF,  // after a line's CR
    SCAN_NEXT,     // at the start of a field line
    SCAN_END_LF,   // after the CR of the empty line that ends the head
};

static enum http_reason scan_text(struct http_scan *scan, char c)
{
    if (c == '\r') {
        scan->state = SCAN_LINE_LF;
        return HTTP_FINE;
    }
    if (c == '\n') {
        return HTTP_BARE_LF;
    }
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f ? HTTP_CONTROL : HTTP_FINE;
}

static enum http_reason scan_line_start(struct http_scan *scan, char c)
{
    bool first = scan->state != SCAN_NEXT;
    if (c == '\r' && scan->state != SCAN_REALLY) {
        scan->state = first ? SCAN_EMPTY_LF : SCAN_END_LF;
        return first && scan->response ? HTTP_START_LINE : HTTP_FINE;
    }
    if (c == ' ' || c == '\t' || c == '\r') {
        return first ? HTTP_START_LINE : HTTP_FOLD;
    }
    if (scan->lines == HTTP_FIELDS_MAX + 1) {
        return HTTP_FIELDS_MANY;
    }
    scan->lines++;
    scan->state = SCAN_LINE;
    return scan_text(scan, c);
}

static enum http_reason scan_byte(struct http_scan *scan, char c)
{
    switch ((enum scan_state)scan->state) {
    case SCAN_FIRST:
    case SCAN_REALLY:
    case SCAN_NEXT: return scan_line_start(scan, c);
    case SCAN_LINE: return scan_text(scan, c);
    case SCAN_LINE_LF: scan->state = SCAN_NEXT; break;
    case SCAN_EMPTY_LF: scan->state = SCAN_REALLY; break;
    case SCAN_END_LF: scan->done = c == '\n'; break;
    }
    return c == '\n' ? HTTP_FINE : HTTP_BARE_CR;
}

size_t http_scan_feed(struct http_scan *scan, struct str bytes)
{
    size_t at = 0;
    while (at < bytes.len && !scan->done && scan->reason == HTTP_FINE) {
        bool first = scan->lines <= 1 && scan->state != SCAN_NEXT && scan->state != SCAN_END_LF;
        size_t room = (first ? HTTP_LINE_MAX : HTTP_HEAD_MAX) - scan->len;
        size_t most = bytes.len - at < room ? bytes.len - at : room;
        const char *here = bytes.ptr + at;
        size_t run = 0; // of bytes that change nothing
        while (scan->state == SCAN_LINE && run < most && here[run] != 0x7f &&
               (unsigned char)here[run] >= ' ') {
            run++;
        }
        if (room == 0) {
            scan->reason = first ? HTTP_LINE_LONG : HTTP_HEAD_LONG;
        } else if (run == 0) {
            scan->reason = scan_byte(scan, *here);
            run = 1;
        }
        scan->len += (uint32_t)run;
        at += run;
    }
    return at;
}

// --- words --------------------------------------------------------------------------------------

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool http_word_eq(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool is_letter_or_digit(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

// token of RFC 9110 5.6.2
bool http_word_is(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\0' || (!is_letter_or_digit(c) && strchr("!#$%&'*+-.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return text.len > 0;
}

static struct str trim(struct str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text = (struct str){ text.ptr + 1, text.len - 1 };
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

// Takes what stands before the first `mark` out of *rest, the mark with it; all when there is none.
static struct str take_until(struct str *rest, char mark)
{
    const char *end = rest->len > 0 ? memchr(rest->ptr, mark, rest->len) : NULL;
    struct str part = { rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr) };
    size_t used = part.len + (end == NULL ? 0 : 1);
    *rest = (struct str){ rest->ptr + used, rest->len - used };
    return part;
}

struct str http_field_find(struct http_fields fields, struct str name)
{
    for (size_t i = 0; i < fields.count; i++) {
        if (http_word_eq(fields.at[i].name, name)) {
            return fields.at[i].value;
        }
    }
    return (struct str){ NULL, 0 };
}

// --- fields -------------------------------------------------------------------------------------

// What the fields say that decide how the message is read.
struct facts {
    struct http_fields fields;
    struct str host;
    struct str length;
    struct str coding;
    struct str expect;
    unsigned hosts;
    unsigned lengths;
    unsigned codings;
    unsigned expects;
    bool close;
};

static enum http_reason connection_read(struct str value, struct facts *facts)
{
    while (value.len > 0) {
        struct str word = trim(take_until(&value, ','));
        if (word.len > 0 && !http_word_is(word)) {
            return HTTP_CONNECTION_BAD;
        }
        facts->close |= http_word_eq(word, STR("close"));
    }
    return HTTP_FINE;
}

// raw: the value with the spaces around it. Tabs around a value that rules are not trimmed, so that
// it is refused: there are readers that do not trim them either.
static enum http_reason field_note(const struct http_field *field, struct str raw,
                                   struct facts *facts)
{
    bool tabs = memchr(raw.ptr, '\t', raw.len) != NULL;
    const struct {
        struct str name;
        struct str *value;
        unsigned *count;
    } ruling[] = {
        { STR("host"), &facts->host, &facts->hosts },
        { STR("content-length"), &facts->length, &facts->lengths },
        { STR("transfer-encoding"), &facts->coding, &facts->codings },
        { STR("expect"), &facts->expect, &facts->expects },
    };
    for (size_t i = 0; i < sizeof(ruling) / sizeof(ruling[0]); i++) {
        if (http_word_eq(field->name, ruling[i].name)) {
            *ruling[i].value = tabs ? raw : field->value;
            *ruling[i].count += 1;
            return HTTP_FINE;
        }
    }
    return http_word_eq(field->name, STR("connection")) ? connection_read(field->value, facts)
                                                        : HTTP_FINE;
}

// rest: the head behind its first line; lines: how many hold a field.
static enum http_reason fields_read(struct str rest, size_t lines, struct arena *arena,
                                    struct facts *facts)
{
    struct http_field *fields = arena_new_array(arena, lines, sizeof(*fields));
    if (fields == NULL) {
        return HTTP_HEAD_LONG;
    }
    for (size_t i = 0; i < lines; i++) {
        struct str line = take_until(&rest, '\n');
        assert(line.len > 0); // the scan saw its CR
        line.len--;
        if (memchr(line.ptr, ':', line.len) == NULL) {
            return HTTP_FIELD_NAME;
        }
        fields[i].name = take_until(&line, ':');
        fields[i].value = trim(line);
        if (!http_word_is(fields[i].name)) {
            return HTTP_FIELD_NAME;
        }
        enum http_reason reason = field_note(&fields[i], line, facts);
        if (reason != HTTP_FINE) {
            return reason;
        }
    }
    facts->fields = (struct http_fields){ fields, lines };
    return HTTP_FINE;
}

// RFC 9112 6.3, without its ways to guess. *framing stays as it is when no field decides it.
static enum http_reason framing_read(const struct facts *facts, uint8_t minor,
                                     enum http_framing *framing, uint64_t *length)
{
    if (facts->lengths > 1) {
        return HTTP_LENGTH_TWICE;
    }
    if (facts->codings > 1) {
        return HTTP_CODING_TWICE;
    }
    if (facts->lengths + facts->codings > 1) {
        return HTTP_LENGTH_AND_CODING;
    }
    if (facts->codings == 1) {
        *framing = HTTP_BODY_CHUNKED;
        return minor == 0                                    ? HTTP_CODING_OLD
               : http_word_eq(facts->coding, STR("chunked")) ? HTTP_FINE
                                                             : HTTP_CODING_UNKNOWN;
    }
    if (facts->lengths == 1) {
        *framing = HTTP_BODY_LENGTH;
        return num_u64(facts->length, INT64_MAX, length) ? HTTP_FINE : HTTP_LENGTH_BAD;
    }
    return HTTP_FINE;
}

// --- requests -----------------------------------------------------------------------------------

static enum http_reason version_read(struct str text, uint8_t *minor)
{
    if (text.len != 8 || memcmp(text.ptr, "HTTP/", 5) != 0 || text.ptr[6] != '.' ||
        text.ptr[5] < '0' || text.ptr[5] > '9' || text.ptr[7] < '0' || text.ptr[7] > '9') {
        return HTTP_START_LINE;
    }
    *minor = (uint8_t)(text.ptr[7] - '0');
    return text.ptr[5] == '1' && *minor <= 1 ? HTTP_FINE : HTTP_VERSION;
}

// uri-host [ ":" port ] of RFC 9110 7.2; in brackets an address, else a name or address.
static bool is_host(struct str text)
{
    struct str rest = text;
    bool bracket = text.len > 0 && text.ptr[0] == '[';
    struct str name = take_until(&rest, bracket ? ']' : ':');
    bool port_follows = text.len > name.len;
    if (bracket) {
        name = (struct str){ name.ptr + 1, name.len - 1 };
        if (!port_follows || (rest.len > 0 && rest.ptr[0] != ':')) {
            return false;
        }
        port_follows = rest.len > 0;
        (void)take_until(&rest, ':');
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!is_letter_or_digit(c) && strchr(bracket ? ":.%+-_~" : ".-_~%", c) == NULL) {
            return false;
        }
    }
    uint64_t port = 0;
    return name.len > 0 && (!port_follows || num_u64(rest, 65535, &port));
}

static enum http_reason host_read(const struct facts *facts, struct http_request *request)
{
    if (facts->hosts > 1) {
        return HTTP_HOST_TWICE;
    }
    if (facts->hosts == 0) {
        request->host = STR("");
        return request->minor == 0 ? HTTP_FINE : HTTP_HOST_MISSING;
    }
    request->host = facts->host;
    return is_host(facts->host) ? HTTP_FINE : HTTP_HOST_BAD;
}

// Cuts "http://host" off an absolute target; what is left is in *rest.
static enum http_reason target_strip(const struct http_request *request, struct str *rest)
{
    struct str text = request->target;
    size_t scheme = text.len > 7 && http_word_eq((struct str){ text.ptr, 7 }, STR("http://")) ? 7
                    : text.len > 8 && http_word_eq((struct str){ text.ptr, 8 }, STR("https://"))
                        ? 8
                        : 0;
    size_t end = scheme;
    while (end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?') {
        end++;
    }
    struct str host = { text.ptr + scheme, end - scheme };
    if (scheme == 0 || !is_host(host)) {
        return HTTP_TARGET;
    }
    if (request->host.len > 0 && !http_word_eq(host, request->host)) {
        return HTTP_HOST_DIFFERS;
    }
    *rest = (struct str){ text.ptr + end, text.len - end };
    return HTTP_FINE;
}

static enum http_reason target_read(struct arena *arena, struct http_request *request)
{
    struct str rest = request->target;
    request->query = STR("");
    if (str_eq(rest, STR("*"))) {
        request->path = STR("*");
        return str_eq(request->method, STR("OPTIONS")) ? HTTP_FINE : HTTP_TARGET;
    }
    bool absolute = rest.len > 0 && rest.ptr[0] != '/';
    if (absolute) {
        enum http_reason reason = target_strip(request, &rest);
        if (reason != HTTP_FINE) {
            return reason;
        }
    }
    struct str path = take_until(&rest, '?');
    request->query = rest;
    if (!http_path_query_ok(rest)) {
        return HTTP_TARGET;
    }
    if (path.len == 0 && absolute) {
        path = STR("/");
    }
    return http_path_read(path, arena, &request->path) ? HTTP_FINE : HTTP_PATH;
}

static enum http_reason request_line_read(struct str line, struct http_request *request)
{
    struct str rest = line;
    request->method = take_until(&rest, ' ');
    request->target = take_until(&rest, ' ');
    if (!http_word_is(request->method) || request->method.len > HTTP_METHOD_MAX) {
        return HTTP_METHOD;
    }
    return request->target.len == 0 ? HTTP_START_LINE : version_read(rest, &request->minor);
}

// The first line, and the facts of the others, once the scan agrees that this is one head.
static enum http_reason head_read(struct str head, struct http_scan scan, struct arena *arena,
                                  struct str *line, struct facts *facts)
{
    size_t used = http_scan_feed(&scan, head);
    if (scan.reason != HTTP_FINE || !scan.done || used != head.len) {
        return scan.reason == HTTP_FINE ? HTTP_CUT : scan.reason;
    }
    struct str rest = arena_copy(arena, head);
    if (rest.len != head.len) {
        return HTTP_HEAD_LONG;
    }
    do {
        *line = take_until(&rest, '\n');
        line->len--;
    } while (line->len == 0);
    return fields_read(rest, scan.lines - 1U, arena, facts);
}

static enum http_reason request_finish(const struct facts *facts, struct arena *arena,
                                       struct http_request *request)
{
    enum http_reason reason = host_read(facts, request);
    if (reason == HTTP_FINE) {
        reason = target_read(arena, request);
    }
    if (reason == HTTP_FINE) {
        reason = framing_read(facts, request->minor, &request->framing, &request->length);
    }
    if (reason == HTTP_FINE && request->minor == 1 && facts->expects > 0 &&
        (facts->expects > 1 || !http_word_eq(facts->expect, STR("100-continue")))) {
        reason = HTTP_EXPECT_UNKNOWN;
    }
    request->fields = facts->fields;
    request->keep_alive = request->minor == 1 && !facts->close;
    request->expect_continue = request->minor == 1 && facts->expects == 1 &&
                               (request->framing == HTTP_BODY_CHUNKED || request->length > 0);
    return reason;
}

enum http_reason http_request_read(struct str head, struct arena *arena,
                                   struct http_request *request)
{
    struct str line;
    struct http_request made = { .framing = HTTP_BODY_NONE };
    struct facts facts = { .close = false };
    enum http_reason reason = head_read(head, HTTP_SCAN_REQUEST, arena, &line, &facts);
    if (reason == HTTP_FINE) {
        reason = request_line_read(line, &made);
    }
    if (reason == HTTP_FINE) {
        reason = request_finish(&facts, arena, &made);
    }
    if (reason == HTTP_FINE) {
        *request = made;
    }
    return reason;
}

// --- responses ----------------------------------------------------------------------------------

static enum http_reason status_line_read(struct str line, struct http_response *response)
{
    struct str rest = line;
    struct str version = take_until(&rest, ' ');
    struct str code = take_until(&rest, ' ');
    uint64_t status = 0;
    if (code.len != 3 || !num_u64(code, 599, &status) || status < 100) {
        return HTTP_START_LINE;
    }
    response->status = (unsigned)status;
    response->text = rest;
    return version_read(version, &response->minor);
}

static enum http_reason response_finish(const struct facts *facts, bool to_head,
                                        struct http_response *response)
{
    response->fields = facts->fields;
    response->framing = HTTP_BODY_UNTIL_CLOSE;
    enum http_reason reason =
        framing_read(facts, response->minor, &response->framing, &response->length);
    bool interim = response->status < 200 || response->status == 204;
    // A body announced where none may be: we read none, and whatever follows is not read as an
    // answer either.
    bool doubtful = interim && (facts->codings > 0 || response->length > 0);
    if (to_head || interim || response->status == 304) {
        response->framing = HTTP_BODY_NONE;
        response->length = 0;
    }
    response->keep_alive = response->minor == 1 && !facts->close && !doubtful &&
                           response->framing != HTTP_BODY_UNTIL_CLOSE;
    return reason;
}

enum http_reason http_response_read(struct str head, bool to_head, struct arena *arena,
                                    struct http_response *response)
{
    struct str line;
    struct http_response made = { .length = 0 };
    struct facts facts = { .close = false };
    enum http_reason reason = head_read(head, HTTP_SCAN_RESPONSE, arena, &line, &facts);
    if (reason == HTTP_FINE) {
        reason = status_line_read(line, &made);
    }
    if (reason == HTTP_FINE) {
        reason = response_finish(&facts, to_head, &made);
    }
    if (reason == HTTP_FINE) {
        *response = made;
    }
    return reason;
}
