// cli/help: words wrapped at 79 columns, roff and Markdown.
#include "cli/help.h"

enum { WIDTH = 79 };

struct exit_row {
    int status;
    const char *sentence;
};

static const struct exit_row exits[] = {
#define EXIT_ROW(NAME, status, sentence) { (status), (sentence) },
#define EXIT_OF(code, NAME)
#include "cli/exit.tbl.h"
#undef EXIT_ROW
#undef EXIT_OF
};
enum { EXITS = sizeof(exits) / sizeof(exits[0]) };

// Adds text in lines of at most WIDTH, each behind `indent` blanks; the first starts at column
// `at`.
static void add_wrapped(struct buf *buf, const char *text, size_t indent, size_t at)
{
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (at > indent && at + 1 + word > WIDTH) {
            buf_addf(buf, "\n");
            at = 0;
        }
        if (at < indent) {
            buf_addf(buf, "%*s", (int)(indent - at), "");
            at = indent;
        } else if (at > indent) {
            buf_addf(buf, " ");
            at++;
        }
        buf_add(buf, (struct str){ text, word });
        at += word;
        text += word;
        text += strspn(text, " ");
    }
    buf_addf(buf, "\n");
}

static void add_row(struct buf *buf, const char *left, const char *text, size_t indent)
{
    size_t before = buf->len;
    buf_addf(buf, "  %s", left);
    size_t at = buf->len - before;
    if (at + 2 > indent) {
        buf_addf(buf, "\n");
        at = 0;
    }
    // One blank less: add_wrapped puts none before the first word of a line.
    if (at < indent) {
        buf_addf(buf, "%*s", (int)(indent - at), "");
    }
    add_wrapped(buf, text, indent, indent);
}

static void add_options(struct buf *buf, const struct cli_option *options)
{
    for (; options->name != NULL; options++) {
        OWN(buf_free) struct buf left = BUF_CAP(200);
        buf_addf(&left, "--%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        add_row(buf, left.ptr, options->sentence, 26);
    }
}

static void add_exits(struct buf *buf)
{
    buf_addf(buf, "\nExit status:\n");
    for (size_t i = 0; i < EXITS; i++) {
        OWN(buf_free) struct buf left = BUF_CAP(20);
        buf_addf(&left, "%d", exits[i].status);
        add_row(buf, left.ptr, exits[i].sentence, 6);
    }
}

static bool in_group(const struct cli_command *command, const char *group)
{
    size_t first = strcspn(command->name, " ");
    return strlen(group) == first && strncmp(command->name, group, first) == 0;
}

void cli_help_all(struct buf *buf)
{
    buf_addf(buf, "quoin: print management. Usage: quoin [--data DIR] COMMAND\n\n");
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf left = BUF_CAP(200);
        buf_addf(&left, "%s%s%s", commands[i].name, commands[i].arguments[0] != '\0' ? " " : "",
                 commands[i].arguments);
        add_row(buf, left.ptr, commands[i].sentence, 32);
    }
    buf_addf(buf, "\nWith every command:\n");
    add_options(buf, cli_common_options());
    add_exits(buf);
    buf_addf(buf, "\nquoin COMMAND --help tells more, and so does the manual: man quoin-user.\n");
}

void cli_help_group(struct buf *buf, const char *group)
{
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    buf_addf(buf, "Usage: quoin %s COMMAND\n\n", group);
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf left = BUF_CAP(200);
        buf_addf(&left, "%s%s%s", commands[i].name, commands[i].arguments[0] != '\0' ? " " : "",
                 commands[i].arguments);
        if (in_group(&commands[i], group)) {
            add_row(buf, left.ptr, commands[i].sentence, 32);
        }
    }
    buf_addf(buf, "\nquoin %s COMMAND --help tells more.\n", group);
}

void cli_help_command(struct buf *buf, const struct cli_command *command)
{
    buf_addf(buf, "quoin %s%s%s%s: %s\n", command->name,
             command->options[0].name != NULL ? " [OPTION...]" : "",
             command->arguments[0] != '\0' ? " " : "", command->arguments, command->sentence);
    if (command->details[0] != '\0') {
        buf_addf(buf, "\n");
        add_wrapped(buf, command->details, 0, 0);
    }
    if (command->options[0].name != NULL) {
        buf_addf(buf, "\nOptions:\n");
        add_options(buf, command->options);
    }
    buf_addf(buf, "\nWith every command:\n");
    add_options(buf, cli_common_options());
    buf_addf(buf, "\nFor: %s\n", command->who);
    add_exits(buf);
}

// --- man pages ----------------------------------------------------------------------------------

// Text of a roff paragraph: a backslash or a leading dot would be a command.
static void add_roff(struct buf *buf, const char *text)
{
    bool start = true;
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            buf_addf(buf, "\\e");
        } else if (*text == '-') {
            buf_addf(buf, "\\-");
        } else if (start && (*text == '.' || *text == '\'')) {
            buf_addf(buf, "\\&%c", *text);
        } else {
            buf_add(buf, (struct str){ text, 1 });
        }
        start = *text == '\n';
    }
}

static void add_roff_options(struct buf *buf, const struct cli_option *options)
{
    for (; options->name != NULL; options++) {
        buf_addf(buf, ".TP\n.BR ");
        add_roff(buf, "--");
        add_roff(buf, options->name);
        if (options->value != NULL) {
            buf_addf(buf, " \\~\\fI");
            add_roff(buf, options->value);
            buf_addf(buf, "\\fR");
        }
        buf_addf(buf, "\n");
        add_roff(buf, options->sentence);
        buf_addf(buf, "\n");
    }
}

static void add_roff_command(struct buf *buf, const struct cli_command *command)
{
    buf_addf(buf, ".SS ");
    add_roff(buf, "quoin ");
    add_roff(buf, command->name);
    buf_addf(buf, " ");
    add_roff(buf, command->arguments);
    buf_addf(buf, "\n");
    add_roff(buf, command->sentence);
    buf_addf(buf, ".\n");
    add_roff(buf, command->details);
    buf_addf(buf, "%sFor: %s.\n", command->details[0] != '\0' ? "\n" : "", command->who);
    add_roff_options(buf, command->options);
}

static void add_roff_ends(struct buf *buf)
{
    buf_addf(buf, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < EXITS; i++) {
        buf_addf(buf, ".TP\n.B %d\n", exits[i].status);
        add_roff(buf, exits[i].sentence);
        buf_addf(buf, "\n");
    }
    buf_addf(buf, ".SH ENVIRONMENT\n.TP\n.B QUOIN_DATA\nthe site's folder, where "
                  ".B \\-\\-data\nis not given\n.TP\n.B NO_COLOR\nif set, no colours\n"
                  ".TP\n.B COLUMNS\nthe width of tables\n");
}

void cli_man(struct buf *buf, const char *group)
{
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    buf_addf(buf, ".TH QUOIN%s%s 1 \"\" \"Quoin %s\" \"Quoin\"\n.SH NAME\nquoin%s%s \\- ",
             group != NULL ? "-" : "", group != NULL ? group : "", QUOIN_VERSION,
             group != NULL ? "-" : "", group != NULL ? group : "");
    bool first = true;
    for (size_t i = 0; group != NULL && i < count; i++) {
        if (in_group(&commands[i], group)) {
            buf_addf(buf, "%s", first ? "" : "; ");
            add_roff(buf, commands[i].sentence);
            first = false;
        }
    }
    buf_addf(buf, "%s\n.SH SYNOPSIS\n", group == NULL ? "print management" : "");
    for (size_t i = 0; i < count; i++) {
        if (group == NULL || in_group(&commands[i], group)) {
            buf_addf(buf, ".B quoin ");
            add_roff(buf, commands[i].name);
            buf_addf(buf, "\n%s", commands[i].options[0].name != NULL ? "[OPTION...]\n" : "");
            add_roff(buf, commands[i].arguments);
            buf_addf(buf, "%s.br\n", commands[i].arguments[0] != '\0' ? "\n" : "");
        }
    }
    buf_addf(buf, ".SH DESCRIPTION\n");
    for (size_t i = 0; i < count; i++) {
        if (group != NULL && in_group(&commands[i], group)) {
            add_roff_command(buf, &commands[i]);
        } else if (group == NULL) {
            buf_addf(buf, ".TP\n.B quoin ");
            add_roff(buf, commands[i].name);
            buf_addf(buf, "\n");
            add_roff(buf, commands[i].sentence);
            buf_addf(buf, "\n");
        }
    }
    buf_addf(buf, ".SH OPTIONS\nWith every command:\n");
    add_roff_options(buf, cli_common_options());
    add_roff_ends(buf);
    buf_addf(buf, ".SH SEE ALSO\n%s\n", group != NULL ? ".BR quoin (1)" : ".BR quoin\\-up (1)");
}

// --- Markdown -----------------------------------------------------------------------------------

static void add_reference_command(struct buf *buf, const struct cli_command *command)
{
    buf_addf(buf, "\n## quoin %s\n\n    quoin %s%s%s%s\n\n%s.", command->name, command->name,
             command->options[0].name != NULL ? " [OPTION...]" : "",
             command->arguments[0] != '\0' ? " " : "", command->arguments, command->sentence);
    buf_addf(buf, "%s%s For: %s.\n", command->details[0] != '\0' ? " " : "", command->details,
             command->who);
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        buf_addf(buf, "%s* `--%s%s%s`: %s\n", option == command->options ? "\n" : "", option->name,
                 option->value != NULL ? " " : "", option->value != NULL ? option->value : "",
                 option->sentence);
    }
}

void cli_reference(struct buf *buf)
{
    buf_addf(buf, "# Commands\n\nMade from `src/cli/cmd.tbl.h` by the build: change it there.\n"
                  "\nWith every command:\n\n");
    for (const struct cli_option *option = cli_common_options(); option->name != NULL; option++) {
        buf_addf(buf, "* `--%s%s%s`: %s\n", option->name, option->value != NULL ? " " : "",
                 option->value != NULL ? option->value : "", option->sentence);
    }
    buf_addf(buf, "\n| exit status | |\n|---|---|\n");
    for (size_t i = 0; i < EXITS; i++) {
        buf_addf(buf, "| %d | %s |\n", exits[i].status, exits[i].sentence);
    }
    size_t count = 0;
    const struct cli_command *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        add_reference_command(buf, &commands[i]);
    }
}
