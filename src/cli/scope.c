// scope: see scope.h.

#include "cli/scope.h"

#include <assert.h>

static const char *const scope_words[CLI_SCOPE_COUNT] = { "user",  "group",   "department",
                                                          "queue", "printer", "kind" };

static bool scope_item(struct cli *cli, struct str item, const char *what, int kinds,
                       struct cli_scope *scope, struct err *err)
{
    for (int i = 0; i < kinds; i++) {
        size_t len = strlen(scope_words[i]);
        if (item.len > len + 1 && memcmp(item.ptr, scope_words[i], len) == 0 &&
            item.ptr[len] == ':') {
            struct str name = { item.ptr + len + 1, item.len - len - 1 };
            scope->names[i][scope->count[i]++] = arena_text(&cli->arena, name);
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "%s: \"%.*s\" is not %s, such as user:mary,group:staff", what,
                   (int)(item.len < 60 ? item.len : 60), item.ptr,
                   kinds > CLI_SCOPE_QUEUE
                       ? "user:, group:, department:, queue:, printer: or kind: and a name"
                       : "user:, group: or department: and a name");
}

bool cli_scope_read(struct cli *cli, const char *text, const char *what, int kinds,
                    struct cli_scope *scope, struct err *err)
{
    size_t most = 1;
    for (const char *c = text; *c != '\0'; c++) {
        most += *c == ',' ? 1 : 0;
    }
    *scope = (struct cli_scope){ 0 };
    for (int i = 0; i < CLI_SCOPE_COUNT; i++) {
        scope->names[i] = arena_new_array(&cli->arena, most, sizeof(char *));
        assert(scope->names[i] != NULL);
    }
    const char *at = text;
    while (*at != '\0') {
        const char *end = strchr(at, ',');
        struct str item = { at, end == NULL ? strlen(at) : (size_t)(end - at) };
        if (!scope_item(cli, item, what, kinds, scope, err)) {
            return false;
        }
        at = end == NULL ? at + item.len : end + 1;
    }
    return true;
}

const char *cli_scope_text(struct cli *cli, const struct cli_scope *scope, const char *none)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    for (int i = 0; i < CLI_SCOPE_COUNT; i++) {
        for (size_t k = 0; k < scope->count[i]; k++) {
            buf_addf(&text, "%s%s:%s", text.len == 0 ? "" : ",", scope_words[i],
                     scope->names[i][k]);
        }
    }
    return text.len == 0 ? none : arena_text(&cli->arena, buf_str(&text));
}
