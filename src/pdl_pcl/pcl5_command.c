// pcl5_command: which command does what (Technical Reference, appendix A).

#include "pdl_pcl/pcl5_int.h"

enum { DECIPOINT = 10, LINES_PER_INCH_UNITS = 48 };

// A parameter times a length, the fraction kept.
static int64_t scaled(const struct pcl5_command *command, int64_t unit)
{
    return command->value * unit / PCL5_ONE;
}

static bool is_big(const struct pcl5_command *command)
{
    return pcl5_count(command) > INT16_MAX;
}

static void line_spacing(struct pcl5 *pcl, const struct pcl5_command *command)
{
    uint32_t lines = pcl5_count(command) == 0 ? 12 : pcl5_count(command);
    bool home = pdl_pcl_is_home(pcl);
    if (LINES_PER_INCH_UNITS % lines == 0) {
        pcl->env.vmi = (int32_t)(PCL5_INCH / lines);
    }
    if (home) {
        pdl_pcl_home(pcl);
    }
}

static void vertical_index(struct pcl5 *pcl, const struct pcl5_command *command)
{
    int64_t value = command->value < 0 ? -command->value : command->value;
    int64_t vmi = (value * (PCL5_INCH / LINES_PER_INCH_UNITS) + PCL5_ONE / 2) / PCL5_ONE;
    bool home = pdl_pcl_is_home(pcl);
    if (vmi <= pdl_pcl_page_height(pcl)) {
        pcl->env.vmi = (int32_t)vmi;
    }
    if (home) {
        pdl_pcl_home(pcl);
    }
}

static void top_margin(struct pcl5 *pcl, const struct pcl5_command *command)
{
    int32_t height = pdl_pcl_page_height(pcl);
    int64_t top = (int64_t)pcl5_count(command) * pcl->env.vmi;
    if (pcl->env.vmi == 0 || top > height) {
        return;
    }
    int32_t left = height - (int32_t)top;
    pcl->env.top = (int32_t)top;
    pcl->env.length = left > PCL5_INCH / 2 ? left - PCL5_INCH / 2 : left;
    if (!pcl->page.dirty && !pcl->moved) {
        pdl_pcl_move_y(pcl, 0, PCL5_ROWS);
    }
}

static void text_length(struct pcl5 *pcl, const struct pcl5_command *command)
{
    int64_t length = (int64_t)pcl5_count(command) * pcl->env.vmi;
    int32_t height = pdl_pcl_page_height(pcl);
    if (length == 0) {
        length = height - pcl->env.top - PCL5_INCH / 2;
        length += length < 0 ? PCL5_INCH / 2 : 0;
    }
    if (length >= 0 && pcl->env.top + length <= height) {
        pcl->env.length = (int32_t)length;
    }
}

// The old way to choose the sheet: its length in lines, which must be that of one that is known.
static void page_length(struct pcl5 *pcl, const struct pcl5_command *command)
{
    static const struct {
        int32_t tenths; // of an inch
        uint32_t code;
    } lengths[] = { { 105, 1 }, { 110, 2 }, { 140, 3 }, { 117, 26 } };
    int64_t tenths = ((int64_t)pcl5_count(command) * pcl->env.vmi * 10 + PCL5_INCH / 2) / PCL5_INCH;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (tenths == lengths[i].tenths) {
            pdl_pcl_page_size(pcl, lengths[i].code);
            return;
        }
    }
}

static void media(struct pcl5 *pcl)
{
    pdl_pcl_page_end_dirty(pcl);
    pdl_pcl_home(pcl);
}

// long: one flat switch over the page control commands
static void command_page(struct pcl5 *pcl, const struct pcl5_command *command) // ESC & l
{
    uint32_t count = pcl5_count(command);
    if (is_big(command) && command->final != 'X') {
        return;
    }
    switch (command->final) {
    case 'A': pdl_pcl_page_size(pcl, count); break;
    case 'H': pdl_pcl_source(pcl, count); break;
    case 'O': pdl_pcl_orientation(pcl, count); break;
    case 'X': pdl_pcl_copies(pcl, pcl5_whole(command)); break;
    case 'S':
        if (command->value >= 0) {
            pdl_pcl_duplex(pcl, count);
        }
        break;
    case 'M':
        if (count <= 4) {
            media(pcl);
        }
        break;
    case 'E': top_margin(pcl, command); break;
    case 'F': text_length(pcl, command); break;
    case 'P': page_length(pcl, command); break;
    case 'L':
        if (count <= 1) {
            pcl->env.perforation_skip = count == 1;
        }
        break;
    case 'C': vertical_index(pcl, command); break;
    case 'D': line_spacing(pcl, command); break;
    default: break; // job separation, output bin, offsets of registration, ...
    }
}

static void left_margin(struct pcl5 *pcl, uint32_t column)
{
    int64_t left = (int64_t)column * pdl_pcl_hmi(pcl);
    if (left < pcl->env.right) {
        pcl->env.left = (int32_t)left;
        if (pcl->x < left) {
            pdl_pcl_move_x(pcl, left, false, false);
        }
    }
}

static void right_margin(struct pcl5 *pcl, uint32_t column)
{
    int64_t right = ((int64_t)column + 1) * pdl_pcl_hmi(pcl);
    right = right > pdl_pcl_page_width(pcl) ? pdl_pcl_page_width(pcl) : right;
    if (right > pcl->env.left) {
        pcl->env.right = (int32_t)right;
        if (pcl->x > right) {
            pdl_pcl_move_x(pcl, right, false, false);
        }
    }
}

// ESC &a#W: where the logical page lies, and how large it is, in decipoints.
static void logical_page(struct pcl5 *pcl, struct str data)
{
    const uint8_t *at = (const uint8_t *)data.ptr;
    if (data.len != 10) {
        return;
    }
    uint64_t width = (uint64_t)at[6] << 8 | at[7];
    uint64_t height = (uint64_t)at[8] << 8 | at[9];
    if (width > 0 && height > 0) {
        pdl_pcl_page_custom(pcl, (uint32_t)(width * 2540 / 720), (uint32_t)(height * 2540 / 720));
    }
}

static void command_cursor(struct pcl5 *pcl, const struct pcl5_command *command) // ESC & a
{
    uint32_t count = pcl5_count(command);
    unsigned relative = command->is_signed ? PCL5_RELATIVE : 0;
    switch (command->final) {
    case 'C':
        pcl->moved = true;
        pdl_pcl_move_x(pcl, scaled(command, pdl_pcl_hmi(pcl)), command->is_signed, false);
        break;
    case 'H':
        pcl->moved = true;
        pdl_pcl_move_x(pcl, scaled(command, DECIPOINT), command->is_signed, false);
        break;
    case 'R':
        pcl->moved = true;
        pdl_pcl_move_y(pcl, scaled(command, pcl->env.vmi), relative | PCL5_ROWS | PCL5_ROW_COMMAND);
        break;
    case 'V':
        pcl->moved = true;
        pdl_pcl_move_y(pcl, scaled(command, DECIPOINT), relative);
        break;
    case 'L': left_margin(pcl, count); break;
    case 'M': right_margin(pcl, count); break;
    case 'P':
        if (count <= 270 && count % 90 == 0) {
            pdl_pcl_direction(pcl, count / 90);
        }
        break;
    case 'G':
        if (command->value >= 0) {
            pdl_pcl_side(pcl, count);
        }
        break;
    case 'W': logical_page(pcl, command->payload); break;
    default: break;
    }
}

static void pitch_mode(struct pcl5 *pcl, uint32_t mode)
{
    static const uint16_t pitches[] = { 1000, 0, 1667, 0, 1200 };
    if (mode < sizeof(pitches) / sizeof(pitches[0]) && pitches[mode] != 0) {
        for (size_t i = 0; i < 2; i++) {
            pcl->env.font[i].pitch = pitches[mode];
            pcl->env.font[i].proportional = false;
        }
        pcl->env.hmi = PCL5_HMI_UNSET;
    }
}

static void command_line(struct pcl5 *pcl, const struct pcl5_command *command) // ESC & k
{
    int64_t value = command->value < 0 ? -command->value : command->value;
    if (command->final == 'H' && value < (int64_t)INT16_MAX * PCL5_ONE) {
        pcl->env.hmi = (int32_t)((value * (PCL5_INCH / 120) + PCL5_ONE / 2) / PCL5_ONE);
    } else if (command->final == 'G' && pcl5_count(command) <= 3) {
        pcl->env.line_termination = (uint8_t)pcl5_count(command);
    } else if (command->final == 'S') {
        pitch_mode(pcl, pcl5_count(command));
    }
}

static void command_file(struct pcl5 *pcl, const struct pcl5_command *command) // ESC & f
{
    uint32_t count = pcl5_count(command);
    uint32_t length = (uint32_t)((uint64_t)count * 2540 / 720); // of decipoints
    switch (command->final) {
    case 'X': pdl_pcl_macro_control(pcl, count, command->chained); break;
    case 'Y': pcl->env.macro_id = count; break;
    case 'S':
        if (count == 0) {
            pdl_pcl_cursor_push(pcl);
        } else if (count == 1) {
            pdl_pcl_cursor_pop(pcl);
        }
        break;
    case 'I': pcl->env.custom_width = length; break;
    case 'J': pcl->env.custom_height = length; break;
    default: break;
    }
}

// ESC &n#W: a byte that says what, and a name.
static void name(struct pcl5 *pcl, struct str data)
{
    if (data.len > 1 && data.ptr[0] == 4) {
        pcl->env.macro_id = pdl_pcl_macro_name((struct str){ data.ptr + 1, data.len - 1 });
    }
}

static void unit_of_measure(struct pcl5 *pcl, uint32_t per_inch)
{
    per_inch = per_inch < 96 ? 96 : per_inch > PCL5_INCH ? PCL5_INCH : per_inch;
    while (PCL5_INCH % per_inch != 0) {
        per_inch++;
    }
    pcl->env.unit = (int32_t)(PCL5_INCH / per_inch);
}

static void underline(struct pcl5 *pcl, bool on)
{
    pdl_pcl_underline_end(pcl);
    pcl->env.underline = on;
    pdl_pcl_underline_begin(pcl);
}

static void command_ampersand(struct pcl5 *pcl, const struct pcl5_command *command)
{
    switch (command->group) {
    case 'l': command_page(pcl, command); break;
    case 'a': command_cursor(pcl, command); break;
    case 'k': command_line(pcl, command); break;
    case 'f': command_file(pcl, command); break;
    case 'p':
        if (command->final == 'X') {
            pdl_pcl_text(pcl, command->payload, true);
        } else {
            pdl_pcl_palette_command(pcl, command);
        }
        break;
    case 'n':
        if (command->final == 'W') {
            name(pcl, command->payload);
        }
        break;
    case 's':
        if (command->final == 'C' && pcl5_count(command) <= 1) {
            pcl->env.wrap = pcl5_count(command) == 0;
        }
        break;
    case 'd':
        if (command->final == 'D' || command->final == '@') {
            underline(pcl, command->final == 'D');
        }
        break;
    case 't':
        if (command->final == 'P') {
            pcl->env.parsing = (uint16_t)pcl5_count(command);
        }
        break;
    case 'u':
        if (command->final == 'D' && command->value > 0) {
            unit_of_measure(pcl, pcl5_count(command));
        }
        break;
    case 'r':
        if (command->final == 'F' && pcl5_count(command) == 1) {
            media(pcl);
        }
        break;
    case 'b':
        if (command->final == 'M' && !pcl->page.dirty) {
            pcl->env.greyscale = pcl5_count(command) == 1;
        }
        break;
    default: break;
    }
}

static void command_rule(struct pcl5 *pcl, const struct pcl5_command *command) // ESC * c
{
    int64_t value = command->value < 0 ? -command->value : command->value;
    int64_t most = (int64_t)INT16_MAX * PCL5_ONE;
    value = value < most ? value : most;
    switch (command->final) {
    case 'A': pcl->env.rule_width = (int32_t)(value / PCL5_ONE * pcl->env.unit); break;
    case 'B': pcl->env.rule_height = (int32_t)(value / PCL5_ONE * pcl->env.unit); break;
    case 'H': pcl->env.rule_width = (int32_t)(value * DECIPOINT / PCL5_ONE); break;
    case 'V': pcl->env.rule_height = (int32_t)(value * DECIPOINT / PCL5_ONE); break;
    case 'P':
        if (command->value >= 0) {
            pdl_pcl_rule(pcl, pcl5_count(command));
        }
        break;
    case 'G': pcl->env.pattern_id = (uint16_t)pcl5_count(command); break;
    case 'Q': pdl_pcl_pattern_control(pcl, pcl5_count(command)); break;
    case 'W': pdl_pcl_pattern_define(pcl, command->payload); break;
    case 'D': pcl->font_id = (uint16_t)pcl5_count(command); break;
    case 'E': pcl->character = (uint16_t)pcl5_count(command); break;
    case 'F':
        if (pcl5_count(command) == 100) {
            media(pcl);
        }
        break;
    default: break; // fonts
    }
}

static void command_position(struct pcl5 *pcl, const struct pcl5_command *command) // ESC * p
{
    int64_t whole = command->value / PCL5_ONE;
    if (command->value < 0 && command->value % PCL5_ONE != 0) {
        whole--;
    }
    switch (command->final) {
    case 'X':
        pcl->moved = true;
        pdl_pcl_move_x(pcl, whole * pcl->env.unit, command->is_signed, false);
        break;
    case 'Y':
        pcl->moved = true;
        pdl_pcl_move_y(pcl, whole * pcl->env.unit, command->is_signed ? PCL5_RELATIVE : 0);
        break;
    case 'P': pdl_pcl_palette_push(pcl, pcl5_count(command) == 0); break;
    default: break;
    }
}

static bool stays_in_raster(const struct pcl5_command *command)
{
    return command->class == '*' &&
           (command->group == 'b' || command->group == 'r' || command->group == 't' ||
            command->group == 'v' || command->group == 'g' || command->group == 'l' ||
            command->group == 'i' || command->group == 'm');
}

static void command_star(struct pcl5 *pcl, const struct pcl5_command *command)
{
    switch (command->group) {
    case 'b':
    case 'r':
    case 't': pdl_pcl_raster_command(pcl, command); break;
    case 'c': command_rule(pcl, command); break;
    case 'p': command_position(pcl, command); break;
    case 'v':
    case 'g': pdl_pcl_color_command(pcl, command); break;
    case 'l':
        if (command->final == 'O') {
            pcl->env.rop = (uint8_t)pcl5_count(command);
        }
        break;
    default: break;
    }
}

static void command_percent(struct pcl5 *pcl, const struct pcl5_command *command)
{
    if (command->final == 'B') {
        pdl_pcl_hpgl_begin(pcl, pcl5_whole(command));
    } else if (command->final == 'A') {
        pdl_pcl_hpgl_end(pcl);
    }
}

void pdl_pcl_command_run(struct pcl5 *pcl, const struct pcl5_command *command)
{
    if (pcl->env.raster.active && !stays_in_raster(command)) {
        pdl_pcl_raster_end(pcl);
    }
    bool rows = command->class == '*' && command->group == 'b' && !command->chained &&
                memchr("VWY", command->final, 3) != NULL;
    pcl->row_command = rows ? command->final : 0;
    switch (command->class) {
    case '*': command_star(pcl, command); break;
    case '&': command_ampersand(pcl, command); break;
    case '(':
    case ')': pdl_pcl_font_command(pcl, command); break;
    case '%': command_percent(pcl, command); break;
    default: break;
    }
}

void pdl_pcl_escape_run(struct pcl5 *pcl, uint8_t final)
{
    pdl_pcl_raster_end(pcl);
    switch (final) {
    case 'E': pdl_pcl_printer_reset(pcl); break;
    case '9': pdl_pcl_margins_reset(pcl, false); break;
    case '=': pdl_pcl_half_line(pcl); break;
    case 'Y': pcl->display = true; break;
    case '|':
    case '\\':
        pdl_facts_note(pcl->facts, PDL_UNKNOWN,
                       "It has an escape that no PCL has: it mixes languages, and what it prints "
                       "is not known.");
        break;
    default: break; // ESC Z outside of display functions, self-test, ...
    }
}
