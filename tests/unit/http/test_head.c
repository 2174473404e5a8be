// Heads are read in one way or refused by name, however their bytes are cut.
#include "lib/http_message.h"

#include "lib/tap.h"

struct row {
    const char *what;
    enum http_reason reason;
    struct str bytes;
};

static const struct message_kind request = { .response = false };
static const struct message_kind response = { .response = true };

static void check(bool ok, const char *what, const char *row)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "%s: %s", row, what);
    for (char *c = text; *c != '\0'; c++) { // a line of TAP is one line
        *c = *c < ' ' ? ' ' : *c;
    }
    tap_result(ok, text, __FILE__, __LINE__);
}

// Byte by byte, and cut in two at every place, gives what the whole gives.
static bool every_cut_is_the_same(struct message_kind kind, struct str bytes)
{
    OWN(message_free) struct message whole;
    message_read(kind, bytes, bytes.len, 0, &whole);
    bool same = true;
    for (size_t cut = 0; cut < bytes.len; cut++) {
        OWN(message_free) struct message parts;
        message_read(kind, bytes, cut == 0 ? 1 : cut, cut == 0 ? 1 : 0, &parts);
        same &= message_same(&whole, &parts);
    }
    return same;
}

static void rows_check(struct message_kind kind, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        OWN(message_free) struct message message;
        message_read(kind, rows[i].bytes, rows[i].bytes.len, 0, &message);
        if (message.reason != rows[i].reason) {
            printf("# got %s\n", http_reason_name(message.reason));
        }
        check(message.reason == rows[i].reason, http_reason_name(rows[i].reason), rows[i].what);
        check(every_cut_is_the_same(kind, rows[i].bytes), "the same however cut", rows[i].what);
    }
}

static void test_what_is_ambiguous_is_refused(void)
{
    static const struct row rows[] = {
#define SMUGGLING(what, reason, bytes) { (what), HTTP_##reason, { (bytes), sizeof(bytes) - 1 } },
#include "lib/http_smuggling.tbl.h"
#undef SMUGGLING
    };
    rows_check(request, rows, sizeof(rows) / sizeof(rows[0]));
}

#define ROW(what, reason, bytes)                                                                   \
    {                                                                                              \
        (what), HTTP_##reason,                                                                     \
        {                                                                                          \
            (bytes), sizeof(bytes) - 1                                                             \
        }                                                                                          \
    }
#define HOST "\r\nHost: a\r\n"

static void test_request_rows(void)
{
    static const struct row rows[] = {
        ROW("nothing", CUT, ""),
        ROW("half a head", CUT, "GET / HTTP/1.1\r\nHost: a\r\n"),
        ROW("half a body", CUT, "POST / HTTP/1.1" HOST "Content-Length: 3\r\n\r\nab"),
        ROW("half a chunk", CUT,
            "POST / HTTP/1.1" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nab"),
        ROW("no last chunk", CUT,
            "POST / HTTP/1.1" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
        ROW("no end of the trailer", CUT,
            "POST / HTTP/1.1" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n"),
        ROW("an empty line first", FINE, "\r\nGET / HTTP/1.1" HOST "\r\n"),
        ROW("two empty lines first", START_LINE, "\r\n\r\nGET / HTTP/1.1" HOST "\r\n"),
        ROW("a bare LF first", BARE_LF, "\nGET / HTTP/1.1" HOST "\r\n"),
        ROW("a bare CR first", BARE_CR, "\rGET / HTTP/1.1" HOST "\r\n"),
        ROW("a space first", START_LINE, " GET / HTTP/1.1" HOST "\r\n"),
        ROW("a TLS hello", CONTROL, "\x16\x03\x01\x02\x00\x01"),
        ROW("HTTP/2's preface", TARGET, "PRI * HTTP/1.1" HOST "\r\nSM\r\n\r\n"),
        ROW("HTTP/2's version", VERSION, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ROW("HTTP/1.0 without Host", FINE, "GET / HTTP/1.0\r\n\r\n"),
        ROW("HTTP/1.0 with two Hosts", HOST_TWICE, "GET / HTTP/1.0" HOST "Host: b\r\n\r\n"),
        ROW("HTTP/1.0 with a bad Host", HOST_BAD, "GET / HTTP/1.0\r\nHost: a b\r\n\r\n"),
        ROW("HTTP/1.0 with an expectation", FINE, "GET / HTTP/1.0" HOST "Expect: x\r\n\r\n"),
        ROW("the method of 32 letters", FINE,
            "ABCDEFGHABCDEFGHABCDEFGHABCDEFGH / HTTP/1.1" HOST "\r\n"),
        ROW("the method of 33 letters", METHOD,
            "ABCDEFGHABCDEFGHABCDEFGHABCDEFGHI / HTTP/1.1" HOST "\r\n"),
        ROW("a method of all marks", FINE, "!#$%&'*+-.^_`|~ / HTTP/1.1" HOST "\r\n"),
        ROW("a method with a colon", METHOD, "GE:T / HTTP/1.1" HOST "\r\n"),
        ROW("a method with a bracket", METHOD, "GE(T / HTTP/1.1" HOST "\r\n"),
        ROW("a method past ASCII", METHOD, "G\xc3\x89T / HTTP/1.1" HOST "\r\n"),
        ROW("no method", METHOD, "/ HTTP/1.1" HOST "\r\n"),
        ROW("only a method", START_LINE, "GET" HOST "\r\n"),
        ROW("a method and a space", START_LINE, "GET " HOST "\r\n"),
        ROW("no version's number", START_LINE, "GET / HTTP/" HOST "\r\n"),
        ROW("half a version", START_LINE, "GET / HTTP/1" HOST "\r\n"),
        ROW("a letter for a version", START_LINE, "GET / HTTP/1.x" HOST "\r\n"),
        ROW("another protocol", START_LINE, "GET / HTTX/1.1" HOST "\r\n"),
        ROW("HTTP/0.9 by name", VERSION, "GET / HTTP/0.9" HOST "\r\n"),
        ROW("HTTP/3.0", VERSION, "GET / HTTP/3.0" HOST "\r\n"),
        ROW("OPTIONS of all", FINE, "OPTIONS * HTTP/1.1" HOST "\r\n"),
        ROW("GET of all", TARGET, "GET * HTTP/1.1" HOST "\r\n"),
        ROW("OPTIONS of all and more", TARGET, "OPTIONS *x HTTP/1.1" HOST "\r\n"),
        ROW("a target without a slash", TARGET, "GET x HTTP/1.1" HOST "\r\n"),
        ROW("a target with another scheme", TARGET, "GET ftp://a/x HTTP/1.1" HOST "\r\n"),
        ROW("a target with a scheme only", TARGET, "GET http:// HTTP/1.1" HOST "\r\n"),
        ROW("a whole target, letters of both cases", FINE, "GET HTTP://A/x HTTP/1.1" HOST "\r\n"),
        ROW("a whole target with TLS", FINE, "GET https://a/x HTTP/1.1" HOST "\r\n"),
        ROW("a whole target without a path", FINE, "GET http://a HTTP/1.1" HOST "\r\n"),
        ROW("a whole target with a query alone", FINE, "GET http://a?q HTTP/1.1" HOST "\r\n"),
        ROW("a whole target with another port", HOST_DIFFERS,
            "GET http://a:1/ HTTP/1.1" HOST "\r\n"),
        ROW("a whole target with a bad host", TARGET, "GET http://a:b/ HTTP/1.1" HOST "\r\n"),
        ROW("a whole target with two slashes", PATH, "GET http://a//x HTTP/1.1" HOST "\r\n"),
        ROW("an empty query", FINE, "GET /x? HTTP/1.1" HOST "\r\n"),
        ROW("a query with question marks", FINE, "GET /x?a?b?/../;[]| HTTP/1.1" HOST "\r\n"),
        ROW("a query with half an escape", TARGET, "GET /x?a%2 HTTP/1.1" HOST "\r\n"),
        ROW("a query past ASCII", TARGET, "GET /x?\xe9 HTTP/1.1" HOST "\r\n"),
        ROW("a query with a quotation mark", TARGET, "GET /x?\" HTTP/1.1" HOST "\r\n"),
        ROW("an address for a Host", FINE, "GET / HTTP/1.1\r\nHost: 127.0.0.1:8631\r\n\r\n"),
        ROW("a long address for a Host", FINE, "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
        ROW("a long address with a port", FINE, "GET / HTTP/1.1\r\nHost: [::1]:8631\r\n\r\n"),
        ROW("an address of the link", FINE, "GET / HTTP/1.1\r\nHost: [v1.fe80::1+eth0]\r\n\r\n"),
        ROW("an open bracket", HOST_BAD, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        ROW("an empty bracket", HOST_BAD, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"),
        ROW("text behind a bracket", HOST_BAD, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"),
        ROW("a bracket inside", HOST_BAD, "GET / HTTP/1.1\r\nHost: a[::1]\r\n\r\n"),
        ROW("a long address without brackets", HOST_BAD, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n"),
        ROW("an empty port", HOST_BAD, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"),
        ROW("two ports", HOST_BAD, "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n"),
        ROW("a final dot", FINE, "GET / HTTP/1.1\r\nHost: print.example.\r\n\r\n"),
        ROW("a port alone", HOST_BAD, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
        ROW("an empty value", FINE, "GET / HTTP/1.1" HOST "X:\r\n\r\n"),
        ROW("a value of spaces", FINE, "GET / HTTP/1.1" HOST "X: \t \r\n\r\n"),
        ROW("a value past ASCII", FINE, "GET / HTTP/1.1" HOST "X: \xc3\xa4\xff\r\n\r\n"),
        ROW("a value with a tab", FINE, "GET / HTTP/1.1" HOST "X: a\tb\r\n\r\n"),
        ROW("a value with colons", FINE, "GET / HTTP/1.1" HOST "X: a:b: c\r\n\r\n"),
        ROW("a name with a slash", FIELD_NAME, "GET / HTTP/1.1" HOST "X/Y: a\r\n\r\n"),
        ROW("a name with a bracket", FIELD_NAME, "GET / HTTP/1.1" HOST "X(Y): a\r\n\r\n"),
        ROW("a name with a space inside", FIELD_NAME, "GET / HTTP/1.1" HOST "X Y: a\r\n\r\n"),
        ROW("a name with a quotation mark", FIELD_NAME, "GET / HTTP/1.1" HOST "\"X\": a\r\n\r\n"),
        ROW("a second request line", FIELD_NAME, "GET / HTTP/1.1\r\nGET /y HTTP/1.1" HOST "\r\n"),
        ROW("a Connection of words", FINE, "GET / HTTP/1.1" HOST "Connection: a, ,b\r\n\r\n"),
        ROW("a Connection of no words", CONNECTION_BAD,
            "GET / HTTP/1.1" HOST "Connection: a b\r\n\r\n"),
        ROW("two expectations", EXPECT_UNKNOWN,
            "GET / HTTP/1.1" HOST "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),
        ROW("an expectation in a list", EXPECT_UNKNOWN,
            "GET / HTTP/1.1" HOST "Expect: 100-continue, x\r\n\r\n"),
        ROW("a length of zeros", FINE, "POST / HTTP/1.1" HOST "Content-Length: 000\r\n\r\n"),
        ROW("the longest length", CUT,
            "POST / HTTP/1.1" HOST "Content-Length: 9223372036854775807\r\n\r\n"),
        ROW("three lengths", LENGTH_TWICE,
            "POST / HTTP/1.1" HOST
            "Content-Length: 0\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"),
        ROW("a length with HTTP/1.0", FINE, "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"),
        ROW("a GET with a body", FINE, "GET / HTTP/1.1" HOST "Content-Length: 1\r\n\r\nx"),
        ROW("a pipelined second", FINE, "GET / HTTP/1.1" HOST "\r\nGET /2 HTTP/1.1" HOST "\r\n"),
    };
    rows_check(request, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_response_rows(void)
{
    static const struct row rows[] = {
        ROW("a plain one", FINE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ROW("without a phrase", FINE, "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
        ROW("without a phrase and its space", FINE, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
        ROW("until close", FINE, "HTTP/1.1 200 OK\r\n\r\nall that comes"),
        ROW("chunked", FINE,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        ROW("an old one", FINE, "HTTP/1.0 200 OK\r\n\r\nx"),
        ROW("100", FINE, "HTTP/1.1 100 Continue\r\n\r\n"),
        ROW("204 with a length of none", FINE, "HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n"),
        ROW("304 with a length", FINE, "HTTP/1.1 304 No\r\nContent-Length: 7\r\n\r\n"),
        ROW("cut body", CUT, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"),
        ROW("an empty line first", START_LINE, "\r\nHTTP/1.1 200 OK\r\n\r\n"),
        ROW("status 99", START_LINE, "HTTP/1.1 099 OK\r\n\r\n"),
        ROW("status 600", START_LINE, "HTTP/1.1 600 OK\r\n\r\n"),
        ROW("status of four digits", START_LINE, "HTTP/1.1 2000 OK\r\n\r\n"),
        ROW("status of two digits", START_LINE, "HTTP/1.1 20 OK\r\n\r\n"),
        ROW("status of letters", START_LINE, "HTTP/1.1 abc OK\r\n\r\n"),
        ROW("two spaces", START_LINE, "HTTP/1.1  200 OK\r\n\r\n"),
        ROW("another version", VERSION, "HTTP/2.0 200 OK\r\n\r\n"),
        ROW("not HTTP", START_LINE, "SSH-2.0 200 OK\r\n\r\n"),
        ROW("ICY", START_LINE, "ICY 200 OK\r\n\r\n"),
        ROW("bare LF", BARE_LF, "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        ROW("two lengths", LENGTH_TWICE,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
        ROW("length and coding", LENGTH_AND_CODING,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok"),
        ROW("an unknown coding", CODING_UNKNOWN,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
        ROW("a coding in HTTP/1.0", CODING_OLD,
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ROW("a folded field", FOLD, "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"),
        ROW("a control in the phrase", CONTROL, "HTTP/1.1 200 O\x01K\r\n\r\n"),
        ROW("a phrase past ASCII", FINE, "HTTP/1.1 200 \xc3\x96K\r\nContent-Length: 0\r\n\r\n"),
    };
    rows_check(response, rows, sizeof(rows) / sizeof(rows[0]));
}

// Every control byte at every kind of place; every byte of a name by the grammar of tokens.
static void test_control_bytes_are_refused_everywhere(void)
{
    static const char *const places[] = {
        "G@ET / HTTP/1.1" HOST "\r\n",          "GET /@ HTTP/1.1" HOST "\r\n",
        "GET / HTTP/1.1@" HOST "\r\n",          "GET / HTTP/1.1" HOST "X@: a\r\n\r\n",
        "GET / HTTP/1.1" HOST "X: a@b\r\n\r\n", "GET / HTTP/1.1" HOST "X: a@\r\n\r\n"
    };
    for (size_t place = 0; place < sizeof(places) / sizeof(places[0]); place++) {
        char bytes[128];
        size_t len = strlen(places[place]);
        size_t mark = (size_t)(strchr(places[place], '@') - places[place]);
        for (int c = 0; c < 256; c++) {
            memcpy(bytes, places[place], len);
            bytes[mark] = (char)c;
            OWN(message_free) struct message message;
            message_read(request, (struct str){ bytes, len }, len, 0, &message);
            bool control = (c < 32 && c != '\t') || c == 127;
            enum http_reason want = c == '\n'   ? HTTP_BARE_LF
                                    : c == '\r' ? HTTP_BARE_CR
                                                : HTTP_CONTROL;
            if (control && message.reason != want) {
                char text[64];
                (void)snprintf(text, sizeof(text), "byte %d at place %zu", c, place);
                check(false, http_reason_name(want), text);
            }
            if (place == 3 && !control) {
                bool word = http_word_is((struct str){ bytes + mark, 1 });
                check((message.reason == HTTP_FINE) == (word || c == ':'), "a name's byte",
                      places[place]);
            }
        }
        check(true, "controls refused", places[place]);
    }
}

static void test_words_are_the_tokens_of_the_standard(void)
{
    const char *marks = "!#$%&'*+-.^_`|~";
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        bool want = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c != 0 && strchr(marks, c) != NULL);
        if (http_word_is((struct str){ &byte, 1 }) != want) {
            check(false, "token", "a byte");
        }
    }
    CHECK(!http_word_is(STR("")));
    CHECK(http_word_eq(STR("HoSt"), STR("hOsT")));
    CHECK(!http_word_eq(STR("host"), STR("hosts")));
    CHECK(!http_word_eq(STR("[\\]^"), STR("{|}~"))); // 32 apart, and not letters
}

static void test_what_a_request_says(void)
{
    OWN(message_free) struct message m;
    message_read(request,
                 STR("POST /ipp/print/a%20b?x=1 HTTP/1.1\r\nHost: H:1\r\nContent-Type: t\r\n"
                     "X:  one two \t\r\nexpect: 100-Continue\r\ncontent-length: 5\r\n\r\nhello"),
                 7, 3, &m);
    CHECK(m.reason == HTTP_FINE && m.whole && m.body_len == 5);
    CHECK_STR(m.request.method, "POST");
    CHECK_STR(m.request.target, "/ipp/print/a%20b?x=1");
    CHECK_STR(m.request.path, "/ipp/print/a b");
    CHECK_STR(m.request.query, "x=1");
    CHECK_STR(m.request.host, "H:1");
    CHECK(m.request.fields.count == 5 && m.request.minor == 1 && m.request.keep_alive);
    CHECK(m.request.expect_continue && m.request.framing == HTTP_BODY_LENGTH);
    CHECK_STR(http_field_find(m.request.fields, STR("x")), "one two");
    CHECK(http_field_find(m.request.fields, STR("y")).ptr == NULL);
}

static void test_who_keeps_the_connection(void)
{
    static const struct {
        bool response;
        const char *bytes;
        bool keep;
    } rows[] = {
        { false, "GET / HTTP/1.1" HOST "\r\n", true },
        { false, "GET / HTTP/1.1" HOST "Connection: close\r\n\r\n", false },
        { false, "GET / HTTP/1.1" HOST "Connection: x,CLOSE\r\n\r\n", false },
        { false, "GET / HTTP/1.1" HOST "Connection: a\r\nConnection: close\r\n\r\n", false },
        { false, "GET / HTTP/1.1" HOST "Connection: keep-alive\r\n\r\n", true },
        { false, "GET / HTTP/1.0" HOST "Connection: keep-alive\r\n\r\n", false },
        { true, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true },
        { true, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false },
        { true, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false },
        { true, "HTTP/1.1 200 OK\r\n\r\n", false },
        { true, "HTTP/1.1 204 No\r\n\r\n", true },
        { true, "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", false },
        { true, "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(message_free) struct message m;
        struct message_kind kind = { .response = rows[i].response };
        message_read(kind, str_of(rows[i].bytes), 1, 1, &m);
        bool keep = rows[i].response ? m.response.keep_alive : m.request.keep_alive;
        check(m.reason == HTTP_FINE && keep == rows[i].keep, "keep-alive", rows[i].bytes);
    }
}

static void test_an_answer_to_head_has_no_body(void)
{
    OWN(message_free) struct message m;
    struct message_kind kind = { .response = true, .to_head = true };
    message_read(kind, STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), 9, 0, &m);
    CHECK(m.reason == HTTP_FINE && m.whole && m.body_len == 0 && m.response.keep_alive);
}

// A head with `count` fields of `len` bytes each, the CRLF included, and a target of `target`
// bytes.
static enum http_reason sized_head(size_t target, size_t count, size_t len)
{
    static char bytes[1 << 20];
    size_t at = 0;
    memcpy(bytes, "GET ", 4);
    memset(bytes + 4, '/', 1);
    memset(bytes + 5, 'a', target - 1);
    at = 4 + target;
    memcpy(bytes + at, " HTTP/1.1\r\nHost: a\r\n", 20);
    at += 20;
    for (size_t i = 0; i < count; i++) {
        memset(bytes + at, 'v', len);
        memcpy(bytes + at, "X:", 2);
        memcpy(bytes + at + len - 2, "\r\n", 2);
        at += len;
    }
    memcpy(bytes + at, "\r\n", 2);
    struct str all = { bytes, at + 2 };
    OWN(message_free) struct message whole;
    OWN(message_free) struct message parts;
    message_read(request, all, all.len, 0, &whole);
    message_read(request, all, 1, 1, &parts);
    CHECK(message_same(&whole, &parts));
    return whole.reason;
}

static void test_the_caps_are_exact(void)
{
    size_t frame = sizeof("GET  HTTP/1.1\r\n") - 1;
    CHECK(sized_head(HTTP_LINE_MAX - frame, 0, 0) == HTTP_FINE);
    CHECK(sized_head(HTTP_LINE_MAX - frame + 1, 0, 0) == HTTP_LINE_LONG);
    CHECK(sized_head(1, HTTP_FIELDS_MAX - 1, 10) == HTTP_FINE);
    CHECK(sized_head(1, HTTP_FIELDS_MAX, 10) == HTTP_FIELDS_MANY);
    size_t rest = HTTP_HEAD_MAX - frame - 1 - sizeof("Host: a\r\n") + 1 - 2;
    CHECK(sized_head(1, 1, rest) == HTTP_FINE);
    CHECK(sized_head(1, 1, rest + 1) == HTTP_HEAD_LONG);
    CHECK(sized_head(1, 1, 600000) == HTTP_HEAD_LONG);
}

static void test_a_reader_without_room_refuses(void)
{
    OWN(arena_free) struct arena small = ARENA_CAP(64);
    struct http_request out = { .minor = 9 };
    CHECK(http_request_read(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), &small, &out) != HTTP_FINE);
    CHECK(out.minor == 9); // set on success only
    CHECK(http_request_read(STR("GET / HTTP/1.1\r\nHost: a\r\n"), &small, &out) == HTTP_CUT);
    CHECK(http_request_read(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nX"), &small, &out) == HTTP_CUT);
}

static void test_reasons_have_words(void)
{
    CHECK(http_reason_status(HTTP_LINE_LONG) == 414);
    CHECK(http_reason_status(HTTP_HEAD_LONG) == 431);
    CHECK(http_reason_status(HTTP_CODING_UNKNOWN) == 501);
    CHECK(strcmp(http_reason_name(HTTP_BARE_LF), "BARE_LF") == 0);
    CHECK(strlen(http_reason_text(HTTP_FOLD)) > 10);
}

int main(void)
{
    test_what_is_ambiguous_is_refused();
    test_request_rows();
    test_response_rows();
    test_control_bytes_are_refused_everywhere();
    test_words_are_the_tokens_of_the_standard();
    test_what_a_request_says();
    test_who_keeps_the_connection();
    test_an_answer_to_head_has_no_body();
    test_the_caps_are_exact();
    test_a_reader_without_room_refuses();
    test_reasons_have_words();
    return tap_done();
}
