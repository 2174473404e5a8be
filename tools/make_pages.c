// make_pages: the papers about the commands, from their table.
//
//     make_pages FOLDER PAGE...   writes man pages: quoin.1, quoin-user.1 ...; all must be named
//     named make_pages --reference      prints docs/reference/commands.md
#include "base/buf.h"
#include "base/fs.h"
#include "cli/help.h"
#include <stdio.h>
#include <stdlib.h>

enum { PAGE_BYTES_MAX = 1 << 20, MODE = 0644 };

static bool write_page(const char *folder, const char *page)
{
    OWN(buf_free) struct buf text = BUF_CAP(PAGE_BYTES_MAX);
    OWN(buf_free) struct buf path = BUF_CAP(4096);
    OWN(buf_free) struct buf group = BUF_CAP(64);
    struct err err;
    const char *dash = strchr(page, '-');
    if (dash != NULL) {
        buf_addf(&group, "%.*s", (int)(strlen(dash + 1) - 2), dash + 1);
    }
    cli_man(&text, dash != NULL ? group.ptr : NULL);
    buf_addf(&path, "%s/%s", folder, page);
    if (!buf_ok(&text) || !fs_replace(path.ptr, buf_str(&text), MODE, &err)) {
        (void)fprintf(stderr, "make_pages: %s\n", buf_ok(&text) ? err.text : "too long");
        return false;
    }
    return true;
}

// A command without a page would be one that nobody finds.
static bool all_named(int count, char **pages)
{
    size_t commands = 0;
    const struct cli_command *command = cli_commands(&commands);
    for (size_t i = 0; i < commands; i++) {
        OWN(buf_free) struct buf page = BUF_CAP(128);
        buf_addf(&page, "quoin-%.*s.1", (int)strcspn(command[i].name, " "), command[i].name);
        bool named = false;
        for (int j = 0; j < count; j++) {
            named = named || strcmp(pages[j], page.ptr) == 0;
        }
        if (!named) {
            (void)fprintf(stderr, "make_pages: bin/meson.build does not name %s\n", page.ptr);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--reference") == 0) {
        OWN(buf_free) struct buf text = BUF_CAP(PAGE_BYTES_MAX);
        cli_reference(&text);
        bool good = buf_ok(&text) && fwrite(text.ptr, 1, text.len, stdout) == text.len;
        return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc < 3 || !all_named(argc - 2, argv + 2)) {
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        if (!write_page(argv[1], argv[i])) {
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
