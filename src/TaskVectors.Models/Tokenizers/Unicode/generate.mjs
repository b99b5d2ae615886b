// Writes normalization.txt and, for the scripts named, scripts.txt from the Unicode data of the running Node.js:
// node generate.mjs Adlam Ahom ...
// Perl tells which code points came after Unicode 9 (marked +): Node.js does not know.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const LAST = 0x10FFFF;
const text = (...points) => String.fromCodePoint(...points);
const hex = point => point.toString(16).toUpperCase();
const points = string => [...string].map(character => character.codePointAt(0));
const isSurrogate = point => point >= 0xD800 && point <= 0xDFFF;
const isHangul = point => point >= 0xAC00 && point <= 0xD7A3;

function decompositions() {
  const lines = [];
  for (let point = 0x80; point <= LAST; point++) {
    if (isSurrogate(point) || isHangul(point)) continue;
    const canonical = text(point).normalize('NFD');
    const compatible = text(point).normalize('NFKD');
    if (canonical !== text(point)) {
      const parts = points(canonical);
      const composes = canonical.normalize('NFC') === text(point) && parts.length > 1;
      // A composite that composes is listed as its pair, which may itself hold a composite.
      const pair = composes ? [...points(text(...parts.slice(0, -1)).normalize('NFC')), parts.at(-1)] : parts;
      if (composes && pair.length !== 2) throw new Error(`no pair for ${hex(point)}`);
      lines.push(`${composes ? 'C' : 'D'} ${hex(point)} ${pair.map(hex).join(' ')}`);
    }
    if (compatible !== canonical) lines.push(`K ${hex(point)} ${points(compatible).map(hex).join(' ')}`);
  }
  return lines;
}

// The class of a mark shows in where canonical ordering puts it beside marks of known classes.
const KNOWN = {
  1: 0x334, 6: 0x16FF0, 7: 0x93C, 8: 0x3099, 9: 0x94D, 10: 0x5B0, 11: 0x5B1, 12: 0x5B2, 13: 0x5B3, 14: 0x5B4, 15: 0x5B5, 16: 0x5B6,
  17: 0x5B7, 18: 0x5B8, 19: 0x5B9, 20: 0x5BB, 21: 0x5BC, 22: 0x5BD, 23: 0x5BF, 24: 0x5C1, 25: 0x5C2, 26: 0xFB1E, 27: 0x64B, 28: 0x64C,
  29: 0x64D, 30: 0x618, 31: 0x619, 32: 0x61A, 33: 0x651, 34: 0x652, 35: 0x670, 36: 0x711, 84: 0xC55, 91: 0xC56, 103: 0xE38, 107: 0xE48,
  118: 0xEB8, 122: 0xEC8, 129: 0xF71, 130: 0xF72, 132: 0xF74, 202: 0x321, 214: 0x1DCE, 216: 0x31B, 218: 0x302A, 220: 0x316, 222: 0x59A,
  224: 0x302E, 226: 0x1D16D, 228: 0x5AE, 230: 0x300, 232: 0x315, 233: 0x35C, 234: 0x35D, 240: 0x345,
};

function combiningClass(mark) {
  const classes = Object.keys(KNOWN).map(Number);
  const swaps = (first, second) => first !== second && text(0x61, first, second).normalize('NFD') === text(0x61, second, first);
  const above = classes.filter(known => swaps(mark, KNOWN[known]));
  const below = classes.filter(known => swaps(KNOWN[known], mark));
  if (above.length + below.length === 0) return 0;
  const same = classes.filter(known => !above.includes(known) && !below.includes(known));
  if (same.length !== 1) throw new Error(`unknown class of ${hex(mark)}`);
  return same[0];
}

function combiningClasses() {
  const found = [];
  for (let point = 0x300; point <= LAST; point++) {
    if (isSurrogate(point) || !/\p{M}/u.test(text(point)) || text(point).normalize('NFD') !== text(point)) continue;
    const value = combiningClass(point);
    const last = found.at(-1);
    if (value === 0) continue;
    if (last && last.value === value && last.end === point - 1) last.end = point;
    else found.push({ start: point, end: point, value });
  }
  return found.map(range => `R ${hex(range.start)} ${hex(range.end)} ${hex(range.value)}`);
}

const SCRIPTS = process.argv.slice(2);
const LAST_OLD_VERSION = 9;

// The first code point of every stretch and the version it came with, or nothing.
function ages() {
  const program = 'my ($starts, $ages) = prop_invmap("Age"); print "$starts->[$_] $ages->[$_]\\n" for 0..$#$starts;';
  return execFileSync('perl', ['-MUnicode::UCD=prop_invmap', '-e', program], { encoding: 'utf8' }).trim().split('\n').map(line => {
    const [start, age] = line.split(' ');
    return { start: Number(start), isNew: !(parseInt(age.replace('V', ''), 10) <= LAST_OLD_VERSION) };
  });
}

function scripts() {
  const names = SCRIPTS.map(name => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);
  const ranges = [];
  const stretches = ages();
  let stretch = 0;
  for (let point = 0; point <= LAST; point++) {
    while (stretch + 1 < stretches.length && stretches[stretch + 1].start <= point) stretch++;
    const { isNew } = stretches[stretch];
    if (isSurrogate(point) || /\p{Cn}|\p{Co}/u.test(text(point))) continue;
    const last = ranges.at(-1);
    const same = last && last.end === point - 1 && last.isNew === isNew && last.test.test(text(point));
    if (same) { last.end = point; continue; }
    const [name, test] = names.find(([, expression]) => expression.test(text(point))) ?? [null, null];
    if (!name) throw new Error(`no script for ${hex(point)}`);
    ranges.push({ start: point, end: point, name, test, isNew });
  }
  return ranges.map(range => `${hex(range.start)} ${hex(range.end)} ${range.name}${range.isNew ? ' +' : ''}`);
}

const heading = `# Unicode ${process.versions.unicode}; written by generate.mjs. Data under the Unicode Licence v3 (https://www.unicode.org/license.txt).`;
writeFileSync('normalization.txt', [heading, ...decompositions(), ...combiningClasses()].join('\n') + '\n');
if (SCRIPTS.length > 0) writeFileSync('scripts.txt', [heading, ...scripts()].join('\n') + '\n');
