/** What a window is filled with in tests: the places of its events; it knows whether it was disposed of. */
export class Places {
  static alive = 0;
  readonly places: number[] = [];
  isDisposed = false;

  constructor() {
    Places.alive++;
  }

  add(places: ArrayLike<number>): this {
    if (this.isDisposed) throw new Error('disposed');
    for (let at = 0; at < places.length; at++) {
      if (places[at]! < 0) throw new Error('a place is negative');
    }
    this.places.push(...Array.from(places));
    return this;
  }

  merge(other: Places): this {
    if (this.isDisposed || other.isDisposed) throw new Error('disposed');
    this.places.push(...other.places);
    return this;
  }

  get sorted(): number[] {
    return [...this.places].sort((a, b) => a - b);
  }

  memoryUsage(): { readonly total: number } {
    return { total: 8 };
  }

  dispose(): void {
    if (!this.isDisposed) Places.alive--;
    this.isDisposed = true;
  }
}

/** The same, and it can be copied and cleared, so that windows use it again. */
export class ReusedPlaces extends Places {
  clone(): ReusedPlaces {
    const clone = new ReusedPlaces();
    clone.places.push(...this.places);
    return clone;
  }

  clear(): void {
    this.places.length = 0;
  }
}
