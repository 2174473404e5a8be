// pcl5: see pcl5.h. The parser (Technical Reference, ch. 2).
//
// stream  = (character | control | sequence)*
// sequence = ESC 0..~                                      two characters
//          | ESC class group? (parameter final payload?)*  class !../, group `..~
// A final in lower case has another parameter behind it, one in upper case ends the sequence. What
// ends in W carries as many bytes as its parameter says; ESC *b#V and ESC &p#X do too.

#include "pdl_pcl/pcl5_int.h"

enum { DIGITS_MAX = 100000000, MEMORY_MAX = 1 << 20 };

// The next byte, kept for the macro that is defined; -1 at the end.
static int take_byte(struct pcl5 *pcl)
{
    if (!pdl_input_need(pcl->input, 1)) {
        return -1;
    }
    if (pcl->definition != NULL) {
        pdl_pcl_macro_add(pcl, pcl->input->at, 1);
    }
    return *pcl->input->at++;
}

static void give_back(struct pcl5 *pcl)
{
    pcl->input->at--;
    if (pcl->definition != NULL) {
        pcl->definition_len--;
    }
}

// Adds a digit behind the point or before it.
static void take_digit(struct pcl5_command *command, int digit, int64_t *scale)
{
    command->present = true;
    if (*scale == PCL5_ONE) {
        if (command->value < (int64_t)DIGITS_MAX * PCL5_ONE) {
            command->value = command->value * 10 + (int64_t)digit * PCL5_ONE;
        }
    } else {
        command->value += digit * *scale;
        *scale /= 10;
    }
}

// Reads a parameter and its final. False where the sequence breaks off.
static bool take_parameter(struct pcl5 *pcl, struct pcl5_command *command)
{
    int64_t scale = PCL5_ONE;
    bool minus = false;
    bool spoilt = false; // what follows rubbish in a number is not read
    command->value = 0;
    command->is_signed = false;
    command->present = false;
    for (;;) {
        int c = take_byte(pcl);
        if (c < 0) {
            pcl->cut = true;
            return false;
        }
        if (c >= '@' && c <= '~') {
            command->value = minus ? -command->value : command->value;
            command->chained = c >= '`';
            command->final = (uint8_t)(c >= '`' ? c - 32 : c);
            return true;
        }
        if (c < ' ' || c > '?') {
            give_back(pcl); // a control character or an escape
            return false;
        }
        if (spoilt || c == ' ') {
            continue;
        }
        if (c >= '0' && c <= '9') {
            take_digit(command, c - '0', &scale);
        } else if (c == '-' || c == '+') {
            command->is_signed = true;
            minus = c == '-';
        } else if (c == '.') {
            scale = scale == PCL5_ONE ? PCL5_ONE / 10 : scale;
        } else {
            spoilt = command->present || command->is_signed;
        }
    }
}

static bool has_payload(const struct pcl5_command *command)
{
    if (command->final == 'W') {
        return command->group != 0 && !(command->class == '&' && command->group == 'k');
    }
    return (command->class == '*' && command->group == 'b' && command->final == 'V') ||
           (command->class == '&' && command->group == 'p' && command->final == 'X');
}

// Keeps the payload in the macro that is defined.
static void keep_payload(struct pcl5 *pcl, uint64_t left)
{
    struct pdl_input *input = pcl->input;
    while (left > 0 && pdl_input_need(input, 1)) {
        size_t some = pdl_input_left(input) < left ? pdl_input_left(input) : left;
        pdl_pcl_macro_add(pcl, input->at, some);
        input->at += some;
        left -= some;
    }
    pcl->cut |= left > 0;
}

// Shows the command its payload, as far as it can be looked at, and passes over it.
static void run_payload(struct pcl5 *pcl, struct pcl5_command *command)
{
    struct pdl_input *input = pcl->input;
    command->length = command->value > 0 ? (uint64_t)(command->value / PCL5_ONE) : 0;
    size_t wanted = command->length < PDL_INPUT_WINDOW ? command->length : PDL_INPUT_WINDOW;
    if (pdl_input_need(input, wanted)) {
        command->payload = (struct str){ (const char *)input->at, wanted };
        pdl_pcl_command_run(pcl, command);
    }
    pcl->cut |= !pdl_input_skip(input, command->length);
}

static void run_command(struct pcl5 *pcl, struct pcl5_command *command)
{
    command->payload = STR("");
    command->length = 0;
    if (has_payload(command)) {
        if (pcl->definition != NULL) {
            keep_payload(pcl, command->value > 0 ? (uint64_t)(command->value / PCL5_ONE) : 0);
        } else {
            run_payload(pcl, command);
        }
        return;
    }
    bool ends_definition = command->class == '&' && command->group == 'f' && command->final == 'X';
    if (pcl->definition == NULL || ends_definition) {
        pdl_pcl_command_run(pcl, command);
    }
}

static void take_parameters(struct pcl5 *pcl, struct pcl5_command *command)
{
    do {
        if (!take_parameter(pcl, command)) {
            return;
        }
        run_command(pcl, command);
    } while (command->chained && !pcl->failed && !pcl->cut);
}

// Behind ESC and a class.
static void take_sequence(struct pcl5 *pcl, uint8_t class)
{
    struct pcl5_command command = { .class = class };
    int group = take_byte(pcl);
    if (group < 0) {
        pcl->cut = true;
        return;
    }
    if (group >= '`' && group <= '~') {
        command.group = (uint8_t)group;
    } else {
        give_back(pcl);
    }
    take_parameters(pcl, &command);
}

// ESC . letter (number | ;)* :?  of plotters: control of the line they hang on.
static void take_line_control(struct pcl5 *pcl)
{
    int c = take_byte(pcl);
    bool has_numbers = c >= 0 && memchr("@HIMNST", c, 7) != NULL;
    for (bool more = has_numbers; more;) {
        c = take_byte(pcl);
        more = c == ';' || c == ' ' || (c >= '0' && c <= '9');
        if (!more && c >= 0 && c != ':') {
            give_back(pcl);
        }
    }
}

// At ESC.
static void take_escape(struct pcl5 *pcl)
{
    (void)take_byte(pcl);
    int c = take_byte(pcl);
    if (c < 0) {
        pcl->cut = true;
    } else if (c == '.') {
        take_line_control(pcl);
    } else if (c >= '!' && c <= '/') {
        take_sequence(pcl, (uint8_t)c);
    } else if (c < '0' || c > '~') {
        give_back(pcl); // the escape alone means nothing
    } else if (pcl->definition == NULL) {
        pdl_pcl_escape_run(pcl, (uint8_t)c);
    }
}

// Display functions: all is printed, up to ESC Z.
static void take_displayed(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    bool ends = pdl_input_starts(input, STR("\x1bZ"));
    struct str one = { (const char *)input->at, 1 };
    if (*input->at == '\r') {
        pdl_pcl_cr(pcl);
        pdl_pcl_lf(pcl);
    } else {
        pdl_pcl_text(pcl, one, true);
    }
    input->at += ends ? 2 : 1;
    pcl->display = !ends;
}

// Bytes of a macro that is defined, up to an escape.
static void take_defined(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    const uint8_t *escape = memchr(input->at, PCL5_ESCAPE, pdl_input_left(input));
    size_t count = escape == NULL ? pdl_input_left(input) : (size_t)(escape - input->at);
    pdl_pcl_macro_add(pcl, input->at, count);
    input->at += count;
}

// Some drivers (Ghostscript's cdj850 and its kin) end ESC *b#Y and the first row behind it with a
// capital letter and go on with rows as if they had not, and their printers take it.
static bool is_loose_row(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    size_t least = pcl->row_command == 'Y' ? 0 : 1;
    enum { DIGITS = 6 };
    size_t digits = 0;
    (void)pdl_input_need(input, DIGITS + 1); // as much as there is
    while (digits < DIGITS && digits < pdl_input_left(input) && input->at[digits] >= '0' &&
           input->at[digits] <= '9') {
        digits++;
    }
    return digits >= least && digits < pdl_input_left(input) &&
           memchr("vw", input->at[digits], 2) != NULL;
}

static void take_loose_rows(struct pcl5 *pcl)
{
    struct pcl5_command command = { .class = '*', .group = 'b' };
    pdl_facts_note(pcl->facts, PDL_ESTIMATED,
                   "Rows of its raster follow each other without an escape: taken as its driver "
                   "means them.");
    take_parameters(pcl, &command);
}

static void take_characters(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    if (pcl->row_command != 0 && is_loose_row(pcl)) {
        take_loose_rows(pcl);
        return;
    }
    size_t count = pdl_pcl_text_run(pcl, input->at, input->end);
    if (count > 0) {
        pdl_pcl_text(pcl, (struct str){ (const char *)input->at, count }, false);
        input->at += count;
    } else {
        pdl_pcl_control(pcl, *input->at++);
    }
}

// A macro within macros may run a very long time; what it would still do is left aside.
static bool has_work(struct pcl5 *pcl)
{
    if (pcl->depth == 0 || pcl->work++ < PCL5_WORK_MAX) {
        return true;
    }
    pdl_facts_note(pcl->facts, PDL_UNKNOWN,
                   "Its macros run more than %d commands: it was not followed further.",
                   PCL5_WORK_MAX);
    return false;
}

void pdl_pcl_run(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    while (!pcl->failed && pdl_input_need(input, 1) && has_work(pcl)) {
        if (*input->at == PCL5_ESCAPE && pdl_input_at_uel(input)) {
            return;
        }
        if (pcl->depth == 0) {
            pcl->token = pdl_input_offset(input);
        }
        if (pcl->display) {
            take_displayed(pcl);
        } else if (*input->at == PCL5_ESCAPE) {
            take_escape(pcl);
        } else if (pcl->definition != NULL) {
            take_defined(pcl);
        } else if (pcl->hpgl.inside) {
            pdl_pcl_hpgl_run(pcl);
        } else {
            take_characters(pcl);
        }
    }
}

// A plotter's file, which begins with instructions or with control of its line.
static bool is_plotter(struct pdl_input *input, const struct pdl_facts *facts)
{
    if (!pdl_input_need(input, 1) || strcmp(facts->part->format, "application/vnd.hp-hpgl") != 0) {
        return false;
    }
    return *input->at != PCL5_ESCAPE || pdl_input_starts(input, STR("\x1b."));
}

bool pdl_pcl_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    OWN(arena_free) struct arena memory = ARENA_CAP(MEMORY_MAX);
    OWN(arena_free) struct arena macros = ARENA_CAP(PCL5_MACRO_BYTES);
    struct pcl5 *pcl = arena_new(&memory, sizeof(*pcl));
    if (pcl == NULL || (facts->part == NULL &&
                        !pdl_facts_part(facts, facts->format, pdl_input_offset(input), err))) {
        return false;
    }
    pcl->memory = &memory;
    pcl->macro_memory = &macros;
    pcl->document = input;
    pcl->input = input;
    pcl->facts = facts;
    pcl->err = err;
    pdl_pcl_reset(pcl);
    pdl_pcl_hpgl_reset(pcl);
    if (is_plotter(input, facts)) {
        pdl_pcl_hpgl_begin(pcl, -1);
    }
    pdl_pcl_run(pcl);
    if (!pcl->failed) {
        pdl_pcl_printer_reset(pcl);
    }
    if (pcl->cut) {
        pdl_facts_note(
            facts, PDL_ESTIMATED,
            "It ends within a command: it was cut short. The page that was begun counts.");
    }
    return !pcl->failed;
}
