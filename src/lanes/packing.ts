/** Plain data as bytes and back: what outlives a lane. */
export interface Packing {
	readonly pack: (value: object) => Uint8Array;
	readonly unpack: <T>(bytes: Uint8Array) => T;
}
