// own: see own.h.

#include "model/own.h"

static bool begins(struct str text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

void model_own_address(struct str uri, struct str host, struct str secret, struct buf *to)
{
    size_t front = begins(uri, "ipp://") ? 6 : begins(uri, "ipps://") ? 7 : 0;
    struct str rest = { uri.ptr + front, uri.len - front };
    const char *slash = front == 0 ? NULL : memchr(rest.ptr, '/', rest.len);
    if (slash == NULL) {
        return;
    }
    struct str name = { rest.ptr, (size_t)(slash - rest.ptr) };
    struct str port = { slash, 0 };
    for (size_t at = name.len; at > 0 && name.ptr[at - 1] != ']'; at--) {
        if (name.ptr[at - 1] == ':') {
            port = (struct str){ name.ptr + at - 1, name.len - at + 1 };
            name.len = at - 1;
            break;
        }
    }
    struct str path = { slash, rest.len - (size_t)(slash - rest.ptr) };
    bool is_all =
        str_eq(name, STR("0.0.0.0")) || str_eq(name, STR("::")) || str_eq(name, STR("[::]"));
    bool is_here = begins(name, "127.") || str_eq(name, STR("::1")) || str_eq(name, STR("[::1]"));
    bool is_bare = !begins(name, "[") && memchr(name.ptr, ':', name.len) != NULL;
    struct str shown = is_all && host.len > 0 ? host : is_all || is_here ? STR("localhost") : name;
    buf_add(to, STR("ipps://"));
    buf_add(to, is_bare && !is_all && !is_here ? STR("[") : STR(""));
    buf_add(to, shown);
    buf_add(to, is_bare && !is_all && !is_here ? STR("]") : STR(""));
    buf_add(to, port);
    buf_add(to, path);
    buf_add(to, STR("/u-"));
    buf_add(to, secret);
}

void model_own_cups(struct str queue, struct str address, struct buf *to)
{
    buf_add(to, STR("lpadmin -p "));
    for (size_t at = 0; at < queue.len; at++) { // what a queue of CUPS may be called
        char byte = queue.ptr[at];
        bool is_fine = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        buf_add(to, (struct str){ is_fine && !(at == 0 && byte == '-') ? &byte : "_", 1 });
    }
    buf_addf(to, " -E -m everywhere -v '%.*s'", (int)address.len, address.ptr);
}

void model_own_windows(struct str address, struct buf *to)
{
    buf_addf(to, "Add-Printer -IppURL '%.*s'", (int)address.len, address.ptr);
}
