// multipart: see multipart.h.
//
// body = [preamble CRLF] "--" boundary CRLF part* closing
// part = head CRLF CRLF bytes CRLF "--" boundary, then CRLF, or "--" behind the last (RFC
// 2046 5.1.1)

#include "web/multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HELD_MAX = 1 << 20, MARK_HEAD = 4, TAIL = 2 };

static struct str trimmed(struct str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

// A parameter of a head's field: ; name="value". Browsers send a quote in a name as %22.
static struct str parameter(struct str field, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len + 2 < field.len; i++) {
        bool starts = i > 0 && (field.ptr[i - 1] == ' ' || field.ptr[i - 1] == ';') &&
                      strncasecmp(field.ptr + i, name, len) == 0 && field.ptr[i + len] == '=';
        if (!starts) {
            continue;
        }
        struct str value = { field.ptr + i + len + 1, field.len - i - len - 1 };
        bool quoted = value.ptr[0] == '"';
        value.ptr += quoted;
        value.len -= quoted;
        const char *end = memchr(value.ptr, quoted ? '"' : ';', value.len);
        value.len = end == NULL ? value.len : (size_t)(end - value.ptr);
        return quoted && end == NULL ? STR("") : value;
    }
    return STR("");
}

bool web_multipart_begin(struct web_multipart *form, struct str type)
{
    struct str kind = STR("multipart/form-data");
    *form = (struct web_multipart){ .held = BUF_CAP(HELD_MAX) };
    if (type.len < kind.len || strncasecmp(type.ptr, kind.ptr, kind.len) != 0) {
        return false;
    }
    struct str boundary = parameter(type, "boundary");
    if (boundary.len == 0 || boundary.len > WEB_MULTIPART_BOUNDARY_MAX) {
        return false;
    }
    memcpy(form->mark, "\r\n--", MARK_HEAD);
    memcpy(form->mark + MARK_HEAD, boundary.ptr, boundary.len);
    form->mark_len = MARK_HEAD + boundary.len;
    buf_add(&form->held, STR("\r\n")); // as if a line had ended before the first boundary
    return true;
}

void web_multipart_free(struct web_multipart *form)
{
    buf_free(&form->held);
}

static void drop(struct buf *held, size_t len)
{
    memmove(held->ptr, held->ptr + len, held->len - len);
    held->len -= len;
}

static struct str head_field(struct str head, const char *name)
{
    size_t len = strlen(name);
    while (head.len > 0) {
        const char *end = memmem(head.ptr, head.len, "\r\n", 2);
        struct str line = { head.ptr, end == NULL ? head.len : (size_t)(end - head.ptr) };
        size_t used = end == NULL ? head.len : line.len + 2;
        if (line.len > len && strncasecmp(line.ptr, name, len) == 0 && line.ptr[len] == ':') {
            return trimmed((struct str){ line.ptr + len + 1, line.len - len - 1 });
        }
        head.ptr += used;
        head.len -= used;
    }
    return STR("");
}

struct reading {
    struct web_multipart *form;
    const struct web_multipart_events *events;
    void *arg;
};

static bool head_take(struct reading *reading, struct str head, struct err *err)
{
    struct web_multipart *form = reading->form;
    struct str how = head_field(head, "Content-Disposition");
    struct web_multipart_part part = { .name = parameter(how, "name"),
                                       .filename = parameter(how, "filename"),
                                       .type = head_field(head, "Content-Type") };
    part.is_file = memmem(how.ptr, how.len, "filename=", sizeof("filename=") - 1) != NULL;
    if (part.name.len == 0 || part.name.len >= sizeof(form->name) ||
        ++form->fields > WEB_MULTIPART_FIELDS_MAX) {
        return err_set(err, ERR_INVALID, "the form has a part without a name, or too many");
    }
    (void)snprintf(form->name, sizeof(form->name), "%.*s", (int)part.name.len, part.name.ptr);
    form->at = part.is_file ? WEB_MULTIPART_FILE : WEB_MULTIPART_FIELD;
    if (part.is_file) {
        reading->events->on_file(reading->arg, &part);
    }
    return true;
}

// Behind a boundary: another part, or the end. False: not told yet (*more), or wrong.
static bool boundary_pass(struct reading *reading, size_t at, bool *more, struct err *err)
{
    struct web_multipart *form = reading->form;
    size_t end = at + form->mark_len;
    if (form->held.len < end + TAIL) {
        *more = true;
        return true;
    }
    bool last = memcmp(form->held.ptr + end, "--", TAIL) == 0;
    if (!last && memcmp(form->held.ptr + end, "\r\n", TAIL) != 0) {
        return err_set(err, ERR_INVALID, "the form's boundary is followed by something else");
    }
    form->at = last ? WEB_MULTIPART_END : WEB_MULTIPART_HEAD;
    drop(&form->held, end + TAIL);
    return true;
}

static bool value_step(struct reading *reading, bool *more, struct err *err)
{
    struct web_multipart *form = reading->form;
    bool is_file = form->at == WEB_MULTIPART_FILE;
    const char *found = memmem(form->held.ptr, form->held.len, form->mark, form->mark_len);
    if (found == NULL) {
        // All but what may be the beginning of a boundary.
        size_t sure = form->held.len < form->mark_len ? 0 : form->held.len - form->mark_len + 1;
        *more = true;
        if (is_file && sure > 0) {
            reading->events->on_bytes(reading->arg, (struct str){ form->held.ptr, sure });
            drop(&form->held, sure);
        } else if (form->at == WEB_MULTIPART_PREAMBLE && sure > 0) {
            drop(&form->held, sure);
        }
        return is_file || form->at == WEB_MULTIPART_PREAMBLE ||
               form->held.len <= WEB_MULTIPART_FIELD_MAX ||
               err_set(err, ERR_LIMIT, "a field of the form is too long");
    }
    size_t at = (size_t)(found - form->held.ptr);
    if (form->held.len < at + form->mark_len + TAIL) {
        *more = true;
        return true;
    }
    if (is_file) {
        if (at > 0) {
            reading->events->on_bytes(reading->arg, (struct str){ form->held.ptr, at });
        }
        reading->events->on_file_end(reading->arg);
    } else if (form->at == WEB_MULTIPART_FIELD) {
        reading->events->on_field(reading->arg, str_of(form->name),
                                  (struct str){ form->held.ptr, at });
    }
    return boundary_pass(reading, at, more, err);
}

static bool head_step(struct reading *reading, bool *more, struct err *err)
{
    struct web_multipart *form = reading->form;
    const char *end = memmem(form->held.ptr, form->held.len, "\r\n\r\n", 4);
    if (end == NULL) {
        *more = true;
        return form->held.len <= WEB_MULTIPART_HEAD_MAX ||
               err_set(err, ERR_LIMIT, "a part of the form has too long a head");
    }
    struct str head = { form->held.ptr, (size_t)(end - form->held.ptr) };
    if (!head_take(reading, head, err)) {
        return false;
    }
    drop(&form->held, head.len + 2 * TAIL);
    return true;
}

bool web_multipart_read(struct web_multipart *form, struct str bytes,
                        const struct web_multipart_events *events, void *arg, struct err *err)
{
    struct reading reading = { form, events, arg };
    bool more = false;
    bool good = true;
    if (form->at == WEB_MULTIPART_END) {
        return true; // an epilogue
    }
    buf_add(&form->held, bytes);
    if (!buf_ok(&form->held)) {
        return err_set(err, ERR_LIMIT, "the form comes in pieces that are too large");
    }
    while (good && !more && form->at != WEB_MULTIPART_END) {
        good = form->at == WEB_MULTIPART_HEAD ? head_step(&reading, &more, err)
                                              : value_step(&reading, &more, err);
    }
    return good;
}
