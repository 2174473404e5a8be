// line: see line.h.

#include "lpd/line.h"

#include "base/num.h"

enum { LINE_QUEUE_MAX = 255 };

size_t lpd_line_find(struct str bytes)
{
    size_t most = bytes.len < LPD_LINE_MAX ? bytes.len : LPD_LINE_MAX;
    const char *end = most == 0 ? NULL : memchr(bytes.ptr, '\n', most);
    if (end != NULL) {
        return (size_t)(end - bytes.ptr) + 1;
    }
    return bytes.len >= LPD_LINE_MAX ? SIZE_MAX : 0;
}

static bool line_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f'; // RFC 1179 3.1
}

// The next word, and what is behind it and the space.
static struct str line_word(struct str *rest)
{
    while (rest->len > 0 && line_is_space(rest->ptr[0])) {
        rest->ptr++, rest->len--;
    }
    struct str word = { rest->ptr, 0 };
    while (word.len < rest->len && !line_is_space(rest->ptr[word.len])) {
        word.len++;
    }
    rest->ptr += word.len;
    rest->len -= word.len;
    return word;
}

static bool line_is_visible(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c <= ' ' || c == 0x7f) {
            return false;
        }
    }
    return true;
}

// The code and what stands between it and the LF. Some clients end with CR LF.
static bool line_open(struct str line, unsigned *code, struct str *rest, struct err *err)
{
    if (line.len < 2 || line.ptr[line.len - 1] != '\n') {
        return err_set(err, ERR_INVALID, "the command is no line of RFC 1179");
    }
    *code = (unsigned char)line.ptr[0];
    *rest = (struct str){ line.ptr + 1, line.len - 2 };
    if (rest->len > 0 && rest->ptr[rest->len - 1] == '\r') {
        rest->len--;
    }
    if (memchr(line.ptr, '\0', line.len) != NULL) {
        return err_set(err, ERR_INVALID, "the command has a NUL in it");
    }
    return true;
}

bool lpd_request_read(struct str line, struct lpd_request *request, struct err *err)
{
    unsigned code;
    struct str rest;
    *request = (struct lpd_request){ .queue = STR("") };
    if (!line_open(line, &code, &rest, err)) {
        return false;
    }
    if (code < LPD_PRINT_WAITING || code > LPD_REMOVE_JOBS) {
        return err_set(err, ERR_INVALID, "there is no command %u in RFC 1179", code);
    }
    request->command = (enum lpd_command)code;
    request->queue = line_word(&rest);
    if (request->queue.len == 0 || request->queue.len > LINE_QUEUE_MAX ||
        !line_is_visible(request->queue)) {
        return err_set(err, ERR_INVALID, "the command names no queue");
    }
    if (request->command == LPD_REMOVE_JOBS) {
        request->agent = line_word(&rest);
    }
    while (rest.len > 0 && line_is_space(rest.ptr[0])) {
        rest.ptr++, rest.len--;
    }
    request->list = rest;
    return true;
}

bool lpd_file_read(struct str line, struct lpd_file *file, struct err *err)
{
    unsigned code;
    struct str rest;
    *file = (struct lpd_file){ .name = STR("") };
    if (!line_open(line, &code, &rest, err)) {
        return false;
    }
    if (code < LPD_ABORT || code > LPD_DATA) {
        return err_set(err, ERR_INVALID, "there is no subcommand %u in RFC 1179", code);
    }
    file->subcommand = (enum lpd_subcommand)code;
    if (file->subcommand == LPD_ABORT) {
        return true;
    }
    struct str count = line_word(&rest);
    file->name = line_word(&rest);
    if (!num_u64(count, INT64_MAX, &file->length)) {
        return err_set(err, ERR_INVALID, "the subcommand does not say how long the file is");
    }
    if (file->name.len > LPD_NAME_MAX || !line_is_visible(file->name)) {
        return err_set(err, ERR_INVALID, "the name of the file is no name of RFC 1179");
    }
    if (file->subcommand == LPD_CONTROL && (file->length == 0 || file->length > LPD_CONTROL_MAX)) {
        return err_set(err, ERR_INVALID, "a control file has 1 to %d octets", LPD_CONTROL_MAX);
    }
    return true;
}
