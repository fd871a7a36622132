/** The rim: whatever goes wrong inside, at once or later, the page never learns of it. */
export const quietly =
  <Items extends unknown[]>(act: (...items: Items) => unknown) =>
  async (...items: Items): Promise<void> => {
    try {
      await act(...items)
    } catch {}
  }
