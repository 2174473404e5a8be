// pjl_head: see pjl_head.h.
//
// line = "@PJL" word rest CR? LF; between lines: UELs, white space, NUL, ^D

#include "dre/pjl_head.h"

#include <stdio.h>

static const char uel[] = "\x1b%-12345X";
enum { UEL_LEN = sizeof(uel) - 1 };

struct pjl_head dre_pjl_head_of(void)
{
    return (struct pjl_head){ .line = BUF_CAP(PJL_HEAD_LINE_MAX) };
}

void dre_pjl_head_free(struct pjl_head *head)
{
    buf_free(&head->line);
}

// --- words --------------------------------------------------------------------------------------

static struct str after(struct str text, size_t len)
{
    return (struct str){ text.ptr + len, text.len - len };
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool starts_with(struct str text, const char *start) // in any case
{
    size_t len = strlen(start);
    bool same = text.len >= len;
    for (size_t at = 0; same && at < len; at++) {
        same = upper(text.ptr[at]) == upper(start[at]);
    }
    return same;
}

static struct str trimmed(struct str text)
{
    while (text.len > 0 && strchr(" \t\r", text.ptr[0]) != NULL && text.ptr[0] != '\0') {
        text = after(text, 1);
    }
    while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]) != NULL &&
           text.ptr[text.len - 1] != '\0') {
        text.len--;
    }
    return text;
}

// Takes a word, or a "text" without its quotes; empty at the end.
static struct str take_word(struct str *text)
{
    *text = trimmed(*text);
    if (text->len > 0 && text->ptr[0] == '"') {
        const char *end = memchr(text->ptr + 1, '"', text->len - 1);
        size_t len = end == NULL ? text->len - 1 : (size_t)(end - text->ptr - 1);
        struct str word = { text->ptr + 1, len };
        *text = after(*text, len + (end == NULL ? 1 : 2));
        return word;
    }
    size_t len = 0;
    while (len < text->len && text->ptr[len] != '=' && text->ptr[len] != ' ' &&
           text->ptr[len] != '\t' && text->ptr[len] != '"') {
        len++;
    }
    struct str word = { text->ptr, len };
    *text = after(*text, len);
    return word;
}

static bool take_equals(struct str *text)
{
    *text = trimmed(*text);
    if (text->len == 0 || text->ptr[0] != '=') {
        return false;
    }
    *text = after(*text, 1);
    return true;
}

// --- who, and what it is called -----------------------------------------------------------------

static void keep(char to[static PJL_HEAD_TEXT_MAX + 1], uint8_t *rank, uint8_t new_rank,
                 struct str value)
{
    value = trimmed(value);
    if (value.len == 0 || value.len > PJL_HEAD_TEXT_MAX || new_rank <= *rank ||
        memchr(value.ptr, '\0', value.len) != NULL) {
        return;
    }
    memcpy(to, value.ptr, value.len);
    to[value.len] = '\0';
    *rank = new_rank;
}

static void keep_user(struct pjl_head *head, uint8_t rank, struct str value)
{
    keep(head->user, &head->user_rank, rank, value);
}

static void keep_title(struct pjl_head *head, uint8_t rank, struct str value)
{
    keep(head->title, &head->title_rank, rank, value);
}

static bool is_word(struct str word, const char *like)
{
    return word.len == strlen(like) && starts_with(word, like);
}

// SET JOBATTR="NAME=value"
static void take_attribute(struct pjl_head *head, struct str text)
{
    struct str name = take_word(&text);
    bool is_user = is_word(name, "JobAcct1") || is_word(name, "JobAcct8");
    if (take_equals(&text) && is_user) {
        keep_user(head, is_word(name, "JobAcct1") ? 3 : 2, text);
    } else if (is_word(name, "JobName") || is_word(name, "DocumentName")) {
        keep_title(head, 1, text);
    }
}

static void take_assignment(struct pjl_head *head, struct str name, struct str value)
{
    static const char *const users[] = { "USERID", "KMUSERNAME", "OWNERNAME", "ACCOUNTLOGIN" };
    if (is_word(name, "USERNAME")) {
        keep_user(head, 5, value);
    } else if (is_word(name, "JOBNAME")) {
        keep_title(head, 3, value);
    } else if (is_word(name, "JOBATTR")) {
        take_attribute(head, value);
    }
    for (size_t at = 0; at < sizeof(users) / sizeof(users[0]); at++) {
        if (is_word(name, users[at])) {
            keep_user(head, 4, value);
        }
    }
}

static void take_set(struct pjl_head *head, struct str text)
{
    while (text.len > 0) {
        struct str name = take_word(&text);
        if (take_equals(&text)) {
            take_assignment(head, name, take_word(&text));
        } else if (name.len == 0) {
            return;
        }
    }
}

static void take_job(struct pjl_head *head, struct str text)
{
    while (text.len > 0) {
        struct str name = take_word(&text);
        if (take_equals(&text)) {
            struct str value = take_word(&text);
            if (is_word(name, "NAME")) {
                keep_title(head, 2, value);
            }
        } else if (name.len == 0) {
            return;
        }
    }
}

// "Username: mary; App Filename: Report; 11-22-2026"
static void take_comment(struct pjl_head *head, struct str text)
{
    struct str words = text;
    struct str first = take_word(&words);
    if (is_word(first, "OID_ATT_JOB_OWNER")) {
        keep_user(head, 1, take_word(&words));
        return;
    }
    if (is_word(first, "OID_ATT_JOB_NAME")) {
        keep_title(head, 1, take_word(&words));
        return;
    }
    text = trimmed(text);
    text = text.len > 0 && text.ptr[0] == '"' ? first : text;
    while (text.len > 0) {
        const char *end = memchr(text.ptr, ';', text.len);
        struct str part = { text.ptr, end == NULL ? text.len : (size_t)(end - text.ptr) };
        text = after(text, part.len + (end == NULL ? 0 : 1));
        part = trimmed(part);
        if (starts_with(part, "Username:")) {
            keep_user(head, 1, after(part, 9));
        } else if (starts_with(part, "App Filename:")) {
            keep_title(head, 1, after(part, 13));
        }
    }
}

// --- what is asked ------------------------------------------------------------------------------

static void say(struct pjl_head *head, struct buf *answer, const char *command, struct str about,
                const char *what)
{
    size_t before = answer->len;
    if (head->answered >= PJL_HEAD_ANSWERS_MAX) {
        return;
    }
    buf_addf(answer, "@PJL %s%s%.*s\r\n%s\f", command, about.len > 0 ? " " : "", (int)about.len,
             about.len > 0 ? about.ptr : "", what);
    head->answered += answer->len - before;
}

#define READY "CODE=10001\r\nDISPLAY=\"Ready\"\r\nONLINE=TRUE\r\n"

static void answer_info(struct pjl_head *head, struct str about, struct buf *answer)
{
    const char *what = is_word(about, "STATUS") ? READY
                       : is_word(about, "ID")   ? "\"Quoin\"\r\n"
                                                : "\"?\"\r\n";
    say(head, answer, "INFO", about, what);
}

static void take_line(struct pjl_head *head, struct str text, struct buf *answer)
{
    struct str rest = text;
    struct str command = take_word(&rest);
    if (is_word(command, "SET") || is_word(command, "DEFAULT") || is_word(command, "LJOBINFO")) {
        take_set(head, rest);
    } else if (is_word(command, "JOB")) {
        take_job(head, rest);
    } else if (is_word(command, "COMMENT")) {
        take_comment(head, rest);
    } else if (is_word(command, "ECHO")) {
        say(head, answer, "ECHO", trimmed(rest), "");
    } else if (is_word(command, "INFO")) {
        answer_info(head, trimmed(rest), answer);
    } else if (is_word(command, "INQUIRE") || is_word(command, "DINQUIRE")) {
        say(head, answer, is_word(command, "INQUIRE") ? "INQUIRE" : "DINQUIRE", trimmed(rest),
            "\"?\"\r\n");
    } else if (is_word(command, "USTATUS")) {
        struct str about = take_word(&rest);
        if (is_word(about, "DEVICE") && take_equals(&rest) && !is_word(trimmed(rest), "OFF")) {
            say(head, answer, "USTATUS", about, READY);
        }
    } else if (is_word(command, "ENTER")) {
        head->in_document = true;
    }
}

// --- bytes --------------------------------------------------------------------------------------

// Without what may stand between lines.
static struct str bare(struct str line)
{
    for (;;) {
        if (line.len >= UEL_LEN && memcmp(line.ptr, uel, UEL_LEN) == 0) {
            line = after(line, UEL_LEN);
        } else if (line.len > 0 && memchr(" \t\r\n\f\0\x04", line.ptr[0], 7) != NULL) {
            line = after(line, 1);
        } else {
            return line;
        }
    }
}

// Can it still become a line of PJL?
static bool may_be_pjl(struct str line)
{
    struct str text = bare(line);
    bool is_uel = text.len < UEL_LEN && memcmp(text.ptr, uel, text.len) == 0;
    return is_uel || memcmp("@PJL", text.ptr, text.len < 4 ? text.len : 4) == 0;
}

static void end_line(struct pjl_head *head, struct buf *answer)
{
    struct str text = bare(buf_str(&head->line));
    if (text.len >= 4 && memcmp(text.ptr, "@PJL", 4) == 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        text.len = end == NULL ? text.len : (size_t)(end - text.ptr);
        take_line(head, trimmed(after(text, 4)), answer);
    }
    buf_free(&head->line);
}

// Gives how many of the bytes were taken.
static size_t feed_line(struct pjl_head *head, struct str bytes, struct buf *answer)
{
    for (size_t at = 0; at < bytes.len; at++) {
        buf_add(&head->line, (struct str){ bytes.ptr + at, 1 });
        bool is_end = bytes.ptr[at] == '\n';
        if (head->line.len == PJL_HEAD_LINE_MAX - 1 ||
            (head->line.len < 64 && !may_be_pjl(buf_str(&head->line)))) {
            head->in_document = true;
            head->has_document = true;
            buf_free(&head->line);
            return at + 1;
        }
        if (is_end) {
            end_line(head, answer);
            if (head->in_document) {
                return at + 1;
            }
        }
    }
    return bytes.len;
}

// Looks for the UEL behind which PJL may come again.
static size_t feed_document(struct pjl_head *head, struct str bytes)
{
    head->has_document = true;
    for (size_t at = 0; at < bytes.len; at++) {
        if (head->uel == 0) {
            const char *next = memchr(bytes.ptr + at, uel[0], bytes.len - at);
            if (next == NULL) {
                return bytes.len;
            }
            at = (size_t)(next - bytes.ptr);
        }
        if (bytes.ptr[at] == uel[head->uel]) {
            head->uel++;
        } else {
            head->uel = bytes.ptr[at] == uel[0];
        }
        if (head->uel == UEL_LEN) {
            head->uel = 0;
            head->in_document = false;
            return at + 1;
        }
    }
    return bytes.len;
}

void dre_pjl_head_feed(struct pjl_head *head, struct str bytes, struct buf *answer)
{
    while (bytes.len > 0) {
        size_t taken =
            head->in_document ? feed_document(head, bytes) : feed_line(head, bytes, answer);
        bytes = after(bytes, taken);
    }
}

void dre_pjl_head_end(struct pjl_head *head, struct buf *answer)
{
    struct str text = bare(buf_str(&head->line));
    head->has_document |= text.len > 0 && (text.len < 4 || memcmp(text.ptr, "@PJL", 4) != 0);
    end_line(head, answer);
}
