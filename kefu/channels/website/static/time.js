// When something was said, as people write it: 09:30 today, else with the day.

const GAP = 5 * 60 * 1000; // ms; within it lines share one time stamp

const two = (number) => String(number).padStart(2, "0");

export function showTime(at, now = new Date()) {
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === now.toDateString()) return time;
  const year = at.getFullYear() === now.getFullYear() ? "" : `${at.getFullYear()}年`;
  return `${year}${at.getMonth() + 1}月${at.getDate()}日 ${time}`;
}

export const needsTime = (at, before) => !before || at - before > GAP || at.toDateString() !== before.toDateString();
