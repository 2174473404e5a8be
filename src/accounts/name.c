// name: what may be called what, and the words that things are found by. See accounts.h.

#include "accounts/accounts_int.h"
#include "base/enc.h"

// Characters that are not seen, or turn what stands around them: two names that look the same.
static bool name_is_hidden(struct str name)
{
    for (size_t i = 0; i + 2 < name.len; i++) {
        const uint8_t *c = (const uint8_t *)name.ptr + i;
        bool general = c[0] == 0xe2 && c[1] == 0x80 &&
                       ((c[2] >= 0x8b && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae));
        bool isolate = c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa0 && c[2] <= 0xaf;
        bool mark = c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf;
        if (general || isolate || mark) {
            return true;
        }
    }
    return false;
}

bool accounts_name_fold(struct str name, char out[static ACCOUNTS_NAME_MAX + 1], struct err *err)
{
    if (name.len == 0 || name.len > ACCOUNTS_NAME_MAX || !enc_is_plain(name) ||
        name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ' || name_is_hidden(name)) {
        return err_set(err, ERR_INVALID,
                       "a name has 1 to %d bytes of UTF-8, no control or invisible characters and "
                       "no space at either end",
                       ACCOUNTS_NAME_MAX);
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[name.len] = '\0';
    return true;
}

bool accounts_name_new(struct str name, struct err *err)
{
    return (memchr(name.ptr, ':', name.len) == NULL && memchr(name.ptr, '/', name.len) == NULL) ||
           err_set(err, ERR_INVALID,
                   "nobody is called \"%.*s\": a name has no ':' and no '/', which stand in the "
                   "names of accounts and departments",
                   (int)(name.len < 80 ? name.len : 80), name.ptr);
}

static bool path_part(struct str part, struct err *err)
{
    if (part.len == 0) {
        return err_set(err, ERR_INVALID,
                       "a path is like science/physics: no '/' at either end, none beside another");
    }
    if (str_eq(part, STR(".")) || str_eq(part, STR(".."))) {
        return err_set(err, ERR_INVALID, "no part of a path is \".\" or \"..\"");
    }
    return (part.ptr[0] != ' ' && part.ptr[part.len - 1] != ' ') ||
           err_set(err, ERR_INVALID, "no part of a path begins or ends with a space");
}

bool accounts_path_fold(struct str path, char out[static ACCOUNTS_NAME_MAX + 1], struct err *err)
{
    int depth = 0;
    if (!accounts_name_fold(path, out, err)) {
        return false;
    }
    if (memchr(path.ptr, ':', path.len) != NULL || memchr(path.ptr, '\\', path.len) != NULL) {
        return err_set(
            err, ERR_INVALID,
            "the name of an account has no ':' and no backslash; parts stand between '/'");
    }
    for (size_t at = 0; at <= path.len; depth++) {
        const char *slash = memchr(path.ptr + at, '/', path.len - at);
        size_t end = slash == NULL ? path.len : (size_t)(slash - path.ptr);
        if (!path_part((struct str){ path.ptr + at, end - at }, err)) {
            return false;
        }
        at = end + 1;
    }
    return depth <= ACCOUNTS_DEPTH_MAX ||
           err_set(err, ERR_INVALID, "a path has at most %d parts", ACCOUNTS_DEPTH_MAX);
}

static const char *const name_chooses[] = { "inherit", "no", "ask", "must" };
static const char *const name_kinds[] = { "", "department", "code", "shared" };
static const char *const name_accesses[] = { "inherit", "everyone", "listed", "members" };

static bool name_read(const char *const *names, size_t first, size_t count, struct str name,
                      size_t *at)
{
    for (*at = first; *at < count; (*at)++) {
        if (str_eq(str_of(names[*at]), name)) {
            return true;
        }
    }
    return false;
}

const char *accounts_choose_name(enum accounts_choose choose)
{
    return (unsigned)choose < 4 ? name_chooses[choose] : "inherit";
}

bool accounts_choose_read(struct str name, enum accounts_choose *choose)
{
    size_t at;
    bool known = name_read(name_chooses, 0, 4, name, &at);
    *choose = known ? (enum accounts_choose)at : ACCOUNTS_CHOOSE_INHERIT;
    return known;
}

const char *accounts_kind_name(enum accounts_kind kind)
{
    return (unsigned)kind < 4 ? name_kinds[kind] : "";
}

bool accounts_kind_read(struct str name, enum accounts_kind *kind)
{
    size_t at;
    bool known = name_read(name_kinds, 1, 4, name, &at);
    *kind = known ? (enum accounts_kind)at : ACCOUNTS_CODE;
    return known;
}

const char *accounts_access_name(enum accounts_access access)
{
    return (unsigned)access < 4 ? name_accesses[access] : "inherit";
}

bool accounts_access_read(struct str name, enum accounts_access *access)
{
    size_t at;
    bool known = name_read(name_accesses, 0, 4, name, &at);
    *access = known ? (enum accounts_access)at : ACCOUNTS_ACCESS_INHERIT;
    return known;
}

// ---- words -------------------------------------------------------------------------------------

static bool word_is_part(char c)
{
    return (uint8_t)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

// Lower case of ASCII, Latin-1, Greek and Cyrillic, each in as many bytes as the capital.
static void word_fold(char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)word[i];
        uint8_t next = i + 1 < len ? (uint8_t)word[i + 1] : 0;
        if (c >= 'A' && c <= 'Z') {
            word[i] = (char)(c + 32);
        } else if (c == 0xc3 && next >= 0x80 && next <= 0x9e && next != 0x97) {
            word[i + 1] = (char)(next + 0x20);
        } else if (c == 0xce && next >= 0x91 && next <= 0x9f) {
            word[i + 1] = (char)(next + 0x20);
        } else if (c == 0xce && next >= 0xa0 && next <= 0xa9) {
            word[i] = (char)0xcf;
            word[i + 1] = (char)(next - 0x20);
        } else if (c == 0xd0 && next >= 0x90 && next <= 0x9f) {
            word[i + 1] = (char)(next + 0x20);
        } else if (c == 0xd0 && next >= 0xa0 && next <= 0xaf) {
            word[i] = (char)0xd1;
            word[i + 1] = (char)(next - 0x20);
        }
    }
}

bool accounts_word_next(struct accounts_words *words, struct str *word)
{
    struct str left = words->left;
    while (left.len > 0 && !word_is_part(left.ptr[0])) {
        left = (struct str){ left.ptr + 1, left.len - 1 };
    }
    size_t len = 0;
    while (len < left.len && word_is_part(left.ptr[len])) {
        len++;
    }
    size_t kept = len < sizeof(words->word) - 1 ? len : sizeof(words->word) - 1;
    while (kept > 0 && kept < len && ((uint8_t)left.ptr[kept] & 0xc0) == 0x80) {
        kept--; // not inside a character
    }
    if (kept > 0) {
        memcpy(words->word, left.ptr, kept);
    }
    word_fold(words->word, kept);
    words->left = (struct str){ len == 0 ? left.ptr : left.ptr + len, left.len - len };
    *word = (struct str){ words->word, kept };
    return kept > 0;
}

bool accounts_words_set(struct accounts *accounts, int kind, int64_t id, bool had,
                        const struct str *texts, size_t count, struct err *err)
{
    struct db_stmt *drop = accounts->stmts[ACCOUNTS_SQL_WORDS_DROP];
    struct db_stmt *add = accounts->stmts[ACCOUNTS_SQL_WORD_ADD];
    if (had) {
        db_bind_int(drop, 1, kind);
        db_bind_int(drop, 2, id);
        if (!db_run(drop, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct accounts_words words = { .left = texts[i] };
        struct str word;
        while (accounts_word_next(&words, &word)) {
            db_bind_text(add, 1, word);
            db_bind_int(add, 2, kind);
            db_bind_int(add, 3, id);
            if (!db_run(add, err)) {
                return false;
            }
        }
    }
    return true;
}
