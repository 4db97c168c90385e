export const ORDERS = [
  { order: 'H-2041', goods: 'Mooring rope, 12 mm, 40 m', state: 'ready at berth 7' },
  { order: 'H-2038', goods: 'Brass lantern', state: 'collected' },
];

export const DOCUMENTS = [
  { document: 'Tide table', page: 'High water 14:12, low water 20:31' },
  { document: 'Berthing rules', page: 'Fenders on both sides, bow to the wall' },
];

export const ARRIVALS = [
  { boat: 'Alma', from: 'Bergen', berth: 7, at: '14:30' },
  { boat: 'Sule', from: 'Stromness', berth: 3, at: '17:45' },
];
