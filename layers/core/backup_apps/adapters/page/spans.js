"use strict";
/* Which recovery points there are on which day. A line is a list of [begin, end, how many]: there from the end of day
   begin until the end of the day before end; a begin may lie before the first day, and an end of null after the last. */

const BEFORE = 1;
const AFTER = 2;

class Spans {
  constructor({ first, days, names, lines, rows }) {
    Object.assign(this, { first, days, names, lines, rows });
    this.counts = lines.map((line) => this.counted(line));
  }

  counted(line) {
    const steps = new Int32Array(this.days + 1);
    for (const [begins, ends, many] of line) {
      steps[Math.max(begins, 0)] += many;
      if (ends !== null && ends < this.days) steps[ends] -= many;
    }
    for (let day = 1; day <= this.days; day += 1) steps[day] += steps[day - 1];
    return steps.subarray(0, this.days);
  }

  /* How many there are at the end of each day in the rows of these numbers; `side` is BEFORE or AFTER. */
  total(numbers, side) {
    const sum = new Array(this.days).fill(0);
    const weights = new Map();
    for (const number of numbers) for (const line of this.rows[number]) {
      if (line[side] !== null) weights.set(line[side], (weights.get(line[side]) || 0) + 1);
    }
    for (const [line, weight] of weights) this.counts[line].forEach((many, day) => { sum[day] += many * weight; });
    return sum;
  }

  /* By name of a line, the ages in days of what is there at the end of a day, and of how many points each. */
  ages(numbers, side, day) {
    const found = new Map();
    for (const number of numbers) for (const line of this.rows[number]) {
      if (line[side] === null) continue;
      const ages = found.get(line[0]) || new Map();
      for (const [begins, ends, many] of this.lines[line[side]]) {
        if (begins <= day && (ends === null || ends > day)) ages.set(day - begins, (ages.get(day - begins) || 0) + many);
      }
      found.set(line[0], ages);
    }
    return found;
  }

  day(number) {
    return new Date(Date.parse(`${this.first}T00:00:00Z`) + number * 86400000).toISOString().slice(0, 10);
  }

  seconds(number) {
    return Date.parse(`${this.first}T00:00:00Z`) / 1000 + number * 86400;
  }
}
