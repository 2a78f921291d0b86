/**
 * Puts members on an object: not enumerable, since they are no content of it, and writable and configurable, so that a test
 * can put a spy or a stub in the place of each (`vi.spyOn(f, 'forget')`).
 */
export function defineMembers(target: object, members: object): void {
  const descriptors = Object.getOwnPropertyDescriptors(members)
  for (const property of Reflect.ownKeys(descriptors)) {
    const descriptor = descriptors[property as keyof typeof descriptors] as PropertyDescriptor
    Object.defineProperty(target, property, { ...descriptor, enumerable: false })
  }
}
