// prescribe: see prescribe.h.
//
// block   = "!R!" command* ["EXIT" ...] ";"
// command = name [parameters with texts in ' or "] ";"

#include "pdl/prescribe.h"

#include "base/num.h"

enum { BLOCK_MAX = 32 << 10, NAME_LEN = 4 };

// Commands that leave no mark and no page.
static const char setters[][NAME_LEN + 1] = {
    "ACRO", "ALTB", "ALTF", "APSG", "CASS", "CMNT", "COPY", "CSET", "DELM", "DUPX", "EMCR", "FDIR",
    "FMT",  "FONT", "FRPO", "FSET", "FTMD", "INTL", "JBDA", "JOBD", "JOBL", "JOBO", "JOBP", "JOBS",
    "JOBT", "JOG",  "KIR",  "LAPI", "MID",  "MPSS", "MSRC", "MTYP", "NCOP", "NEWP", "OTRY", "PANT",
    "PMRA", "PMSG", "PNCH", "PSRC", "RDMP", "RES",  "RESL", "RPPL", "RWER", "SATR", "SBM",  "SCG",
    "SCP",  "SCPI", "SCS",  "SDP",  "SEM",  "SFA",  "SFNT", "SHMI", "SIMG", "SLM",  "SLPI", "SMNT",
    "SPAL", "SPD",  "SPO",  "SPSZ", "SRM",  "SROP", "SSTK", "STAK", "STAT", "STM",  "STPC", "STPL",
    "SVCP", "TATR", "TOF",  "TPRT", "UNIT", "VMI",  "VMOB", "WRED", "XBCP",
};

struct command {
    char name[NAME_LEN + 1];
    struct str parameters;
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

// Past the next command and its semicolon; false when it does not end.
static bool take_command(struct str *run, struct command *command)
{
    size_t at = 0;
    size_t len = 0;
    char quote = '\0';
    while (at < run->len && memchr(" \t\r\n", run->ptr[at], 4) != NULL) {
        at++;
    }
    while (at < run->len && len < NAME_LEN && upper(run->ptr[at]) >= 'A' &&
           upper(run->ptr[at]) <= 'Z') {
        command->name[len++] = upper(run->ptr[at++]);
    }
    command->name[len] = '\0';
    size_t start = at;
    while (at < run->len && (quote != '\0' || run->ptr[at] != ';')) {
        char c = run->ptr[at++];
        quote = quote == c ? '\0' : quote == '\0' && (c == '\'' || c == '"') ? c : quote;
    }
    if (at == run->len || len == 0) {
        return false;
    }
    command->parameters = (struct str){ run->ptr + start, at - start };
    *run = (struct str){ run->ptr + at + 1, run->len - at - 1 };
    return true;
}

static bool is_setter(const char *name)
{
    for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
        if (strcmp(setters[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool number_of(const struct command *command, uint64_t max, uint64_t *number)
{
    struct str run = command->parameters;
    while (run.len > 0 && run.ptr[0] == ' ') {
        run = (struct str){ run.ptr + 1, run.len - 1 };
    }
    while (run.len > 0 && run.ptr[run.len - 1] == ' ') {
        run.len--;
    }
    return num_u64(run, max, number);
}

static void apply(const struct command *command, struct pdl_pjl *pjl)
{
    uint64_t number = 0;
    if (strcmp(command->name, "COPY") == 0 && number_of(command, PDL_COPIES_MAX, &number) &&
        number > 0) {
        pjl->now.copies = (uint32_t)number;
    } else if (strcmp(command->name, "DUPX") == 0 && number_of(command, 2, &number)) {
        pjl->now.duplex_said = true;
        pjl->now.duplex = number != 0;
        pjl->now.short_edge = number == 2;
    }
}

// The commands up to EXIT; false when one draws, or there is no EXIT.
static bool read_commands(struct str *run, struct pdl_pjl *pjl)
{
    struct command command;
    while (take_command(run, &command)) {
        if (strcmp(command.name, "EXIT") == 0) {
            return true;
        }
        if (!is_setter(command.name)) {
            return false;
        }
        apply(&command, pjl);
    }
    return false;
}

bool pdl_prescribe_read(struct pdl_input *input, struct pdl_pjl *pjl, struct pdl_facts *facts)
{
    if (!pdl_input_starts(input, STR("!R!"))) {
        return false;
    }
    (void)pdl_input_need(input, BLOCK_MAX); // as much as there is
    struct str run = { (const char *)input->at + 3, pdl_input_left(input) - 3 };
    run.len = run.len < BLOCK_MAX ? run.len : BLOCK_MAX;
    struct pdl_pjl asked = *pjl;
    if (!read_commands(&run, &asked)) {
        return false;
    }
    *pjl = asked;
    input->at = (const uint8_t *)run.ptr;
    pdl_facts_note(facts, PDL_EXACT,
                   "Kyocera PRESCRIBE commands stand before it; those for copies and sides hold.");
    return true;
}
