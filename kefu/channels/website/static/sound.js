// A short tone for a new message, made on the spot; off until the customer turns it on.

let context;

/** Browsers want a press before the first tone: call this from the toggle. */
export function chime() {
  context ??= new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.4);
  [660, 880].forEach((pitch, index) => {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(context.currentTime + index * 0.12);
    tone.stop(context.currentTime + 0.4);
  });
}
