// What a BIGINT column can hold as an id: ranges reach to both ends, or a row that has no right id would be in none.

export const LOWEST_ID = -(2n ** 63n)
export const HIGHEST_ID = 2n ** 63n - 1n
